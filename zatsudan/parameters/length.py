"""Rows: where a reply ends."""

from zatsudan.base.language import later
from zatsudan.parameters.jsonkinds import json_of
from zatsudan.parameters.row import Parameter, Recipe, Remark
from zatsudan.parameters.values import any_stops, integer, limit, stops, switch

LENGTH: tuple[Parameter, ...] = (
    Parameter(
        "stop", stops, later("Texts at which the reply ends."),
        later('Quote blanks and newlines: /stop "\\n\\n" "User:".'), "length",
        probe=Recipe("stop", told=["zqx"], usual=True), keyword=True, everyday=True, wide=any_stops, aliases=("stop_sequence", "stop_sequences", "stop_strings", "stopping_strings"),
    ),
    Parameter(
        "max_tokens", limit(), later("The most tokens of a reply."),
        later("finish_reason is `length` when it cut the reply. Newer OpenAI models want max_completion_tokens."), "length",
        probe=Recipe("limit", usual=True), keyword=True, aliases=("n_predict", "max_length", "num_predict", "max_new_tokens"),
    ),
    Parameter(
        "max_completion_tokens", limit(), later("The same, reasoning included."),
        later("Set this or max_tokens, not both."), "length",
        probe=Recipe("limit", usual=True), same_as="max_tokens",
        clashes=(Remark("max_tokens", later("max_tokens and max_completion_tokens are both set: most servers take one of them.")),),
    ),
    Parameter(
        "min_tokens", integer(0), later("The fewest tokens of a reply."),
        later("The end is forbidden until then, which may make it ramble."), "length",
        neutral=0, probe=Recipe("longer", 8, told=4), local=True, aliases=("min_length",),
    ),
    Parameter(
        "ignore_eos", switch, later("Go on past the model's own end."),
        later("For measuring, and with max_tokens: nothing else ends the reply then."), "length",
        neutral=False, probe=Recipe("longer", True, told=True), local=True, aliases=("ban_eos_token",),
    ),
    Parameter(
        "stop_token_ids", json_of(later("a JSON list of token ids"), list), later("Tokens at which the reply ends, by their ids."),
        later("For ends that have no text; /tokenize shows ids."), "length",
        probe=Recipe(value=[2]), local=True,
    ),
    Parameter(
        "t_max_predict_ms", integer(0), later("The longest a reply may take, in milliseconds."),
        later("Ends it at the next new line after that time. 0 is off."), "length",
        neutral=0, probe=Recipe("lines", 1), local=True,
    ),
)  # fmt: skip
