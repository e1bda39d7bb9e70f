"""Rows: in what form replies come, and how many."""

from zatsudan.base.language import later
from zatsudan.parameters import schemas
from zatsudan.parameters.row import Parameter, Recipe, Remark
from zatsudan.parameters.values import integer, switch

FORMAT: tuple[Parameter, ...] = (
    Parameter(
        "n", integer(1, 128), later("How many variants to ask for."), later("Each is paid for."), "reply",
        neutral=1, probe=Recipe("choices", usual=True), keyword=True,
    ),
    Parameter("stream", switch, later("Show the reply as it comes (on)."), "", "reply", keyword=True, delivery=True),
    Parameter(
        "logprobs", switch, later("Ask for log probabilities."), "", "reply",
        neutral=False, probe=Recipe("logprobs", True, usual=True), keyword=True, own_command=False,
    ),
    Parameter(
        "top_logprobs", integer(0, 20), later("Alternatives to each token."),
        later("Needs logprobs on."), "reply", probe=Recipe("logprobs", 2), keyword=True,
        needs=Remark("logprobs", later("top_logprobs needs logprobs: /logprobs on.")),
    ),
    Parameter(
        "response_format", schemas.formats, later("Ask for JSON, with or without schema."),
        later("json_object also wants the word JSON in a message."), "reply",
        probe=Recipe("json"), keyword=True,
    ),
)  # fmt: skip
