"""Rows: where a reply ends."""

from zatsudan.base.language import later
from zatsudan.parameters.row import Parameter, Recipe, Remark
from zatsudan.parameters.values import integer, stops

LENGTH: tuple[Parameter, ...] = (
    Parameter(
        "stop", stops, later("Texts at which the reply ends."),
        later('Quote blanks and newlines: /stop "\\n\\n" "User:".'), "length",
        probe=Recipe("stop", told=["zqx"], usual=True), keyword=True, everyday=True,
    ),
    Parameter(
        "max_tokens", integer(1), later("The most tokens of a reply."),
        later("finish_reason is `length` when it cut the reply. Newer OpenAI models want max_completion_tokens."), "length",
        probe=Recipe("limit", usual=True), keyword=True,
    ),
    Parameter(
        "max_completion_tokens", integer(1), later("The same, reasoning included."),
        later("Set this or max_tokens, not both."), "length",
        probe=Recipe("limit", usual=True), same_as="max_tokens",
        clashes=(Remark("max_tokens", later("max_tokens and max_completion_tokens are both set: most servers take one of them.")),),
    ),
)  # fmt: skip
