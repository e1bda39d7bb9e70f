"""Rows: in what form replies come, and how many."""

from zatsudan.base.language import later
from zatsudan.parameters import schemas
from zatsudan.parameters.grammars import grammar
from zatsudan.parameters.jsonkinds import json_of, schema
from zatsudan.parameters.row import GRAMMAR, JSON, Parameter, Recipe, Remark
from zatsudan.parameters.values import integer, switch

FORMAT: tuple[Parameter, ...] = (
    Parameter(
        "n", integer(1, 128), later("How many variants to ask for."), later("Each is paid for."), "format",
        neutral=1, probe=Recipe("choices", usual=True), keyword=True,
    ),
    Parameter("stream", switch, later("Show the reply as it comes (on)."), "", "format", keyword=True, delivery=True),
    Parameter(
        "logprobs", switch, later("Ask for log probabilities."), "", "format",
        neutral=False, probe=Recipe("logprobs", True, usual=True), keyword=True, own_command=False,
    ),
    Parameter(
        "top_logprobs", integer(0, 20), later("Alternatives to each token."),
        later("Needs logprobs on."), "format", probe=Recipe("logprobs", 2), keyword=True,
        needs=Remark("logprobs", later("top_logprobs needs logprobs: /logprobs on.")),
    ),
    Parameter(
        "response_format", schemas.formats, later("Ask for JSON, with or without schema."),
        later("json_object also wants the word JSON in a message."), "format",
        form=JSON, probe=Recipe("json"), keyword=True,
    ),
    Parameter(
        "json_schema", schema, later("Keep the reply to a JSON schema."),
        later("@FILE reads it from a file. response_format is the form that most servers know."), "format",
        form=JSON, probe=Recipe("schema"), local=True,
    ),
    Parameter(
        "structured_outputs", json_of(later("a JSON object with json, regex, choice or grammar"), dict),
        later("Keep the reply to a schema, pattern, choice or grammar."),
        later("vLLM's own form. @FILE reads it from a file."), "format",
        form=JSON, probe=Recipe("grammar", {"choice": ["zqx"]}), local=True,
    ),
    Parameter(
        "grammar", grammar, later("Keep the reply to a grammar (GBNF)."),
        later("/grammar @FILE reads it from a file; `root ::= [0-9]+` is one. It goes before json_schema: set one of them."), "format",
        form=GRAMMAR, probe=Recipe("grammar", 'root ::= "zqx"'), local=True, aliases=("grammar_string",),
        clashes=(Remark("json_schema", later("grammar and json_schema are both set: llama.cpp takes one of them.")),),
    ),
)  # fmt: skip
