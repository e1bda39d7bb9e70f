"""Rows: what keeps a reply from repeating itself. Sources as for the rows of `choosing`."""

from zatsudan.base.language import later
from zatsudan.parameters.row import Parameter, Recipe
from zatsudan.parameters.values import A_LIST, integer, number, texts

REPETITION: tuple[Parameter, ...] = (
    Parameter(
        "presence_penalty", number(-2, 2), later("Disfavour tokens used before."),
        later("Raise it to make the talk move on to new things. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "repetition",
        neutral=0, probe=Recipe("penalty", 2.0, told=0.5, usual=True), keyword=True, aliases=("presence_pen",), sampler="penalties",
    ),
    Parameter(
        "frequency_penalty", number(-2, 2), later("Disfavour tokens used often."),
        later("Raise it against loops and repeated phrases. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "repetition",
        neutral=0, probe=Recipe("penalty", 2.0, told=0.5, usual=True), keyword=True, aliases=("freq_pen",), sampler="penalties",
    ),
    Parameter(
        "repeat_penalty", number(0, 2), later("Disfavour repeated tokens (llama.cpp, LM Studio); 1 is off."),
        later("1.05 to 1.15 against loops; more spoils code, lists and names. DRY hits phrases and leaves words alone."), "repetition",
        neutral=1, probe=Recipe("penalty", 2.0, told=1.2), local=True, aliases=("penalty_repeat", "rep_pen",), sampler="penalties",
    ),
    Parameter(
        "repetition_penalty", number(0, 2), later("Disfavour repeated tokens (vLLM, OpenRouter); 1 is off."),
        later("1.05 to 1.15 against loops; more spoils code, lists and names."), "repetition",
        neutral=1, probe=Recipe("penalty", 2.0, told=1.2), local=True, sampler="penalties",
    ),
    Parameter(
        "repeat_last_n", integer(-1), later("How many tokens back the penalties look."),
        later("64 is usual; -1 is the whole context, 0 turns the penalties off."), "repetition",
        neutral=0, probe=Recipe("penalty", 1, told=32, beside={"repeat_penalty": 2.0}), local=True,
        aliases=("rep_pen_range", "repetition_penalty_range", "penalty_last_n"), sampler="penalties", reach=True,
    ),
    Parameter(
        "dry_multiplier", number(0), later("Disfavour going on with a phrase used before (DRY)."),
        later("0.8 stops loops and leaves single words alone, so use it in place of repeat_penalty; /dry 0.8 sets it."), "repetition",
        neutral=0, probe=Recipe("penalty", 5.0, told=0.4, beside={"dry_allowed_length": 1}), local=True, aliases=("dry",), sampler="dry",
    ),
    Parameter(
        "dry_base", number(1), later("How fast DRY grows with the phrase."),
        later("1.75 is usual: each further token of the phrase multiplies the penalty by it."), "repetition",
        neutral=1.75, probe=Recipe("penalty", 8.0, told=1.5, beside={"dry_multiplier": 0.01}), local=True, under="dry_multiplier", sampler="dry",
    ),
    Parameter(
        "dry_allowed_length", integer(1), later("How long a repeated phrase may be before DRY acts."),
        later("2 tokens is strict; 4 to 6 leaves names and set phrases alone."), "repetition",
        neutral=2, probe=Recipe("penalty", 100, told=3, beside={"dry_multiplier": 5.0}), local=True, under="dry_multiplier", sampler="dry",
    ),
    Parameter(
        "dry_penalty_last_n", integer(-1), later("How many tokens back DRY looks."),
        later("-1 is the whole context, 0 turns it off."), "repetition",
        probe=Recipe("penalty", 1, told=48, beside={"dry_multiplier": 5.0}), local=True, under="dry_multiplier", aliases=("dry_range",), sampler="dry", reach=True,
    ),
    Parameter(
        "dry_sequence_breakers", texts(A_LIST), later("Texts that end a phrase for DRY."),
        later(r'As a rule "\n" ":" "\"" "*"; add the names of the speakers, so that they are no repetition.'), "repetition",
        probe=Recipe("penalty", ["ha", " ha"], told=["\n", ";"], beside={"dry_multiplier": 5.0}), local=True, under="dry_multiplier", sampler="dry",
    ),
    Parameter(
        "no_repeat_ngram_size", integer(0), later("Never use the same run of so many tokens twice."),
        later("3 to 6, a hard rule that soon stands in the way; DRY is softer. 0 is off."), "repetition",
        neutral=0, probe=Recipe("penalty", 2, told=3), local=True, sampler="no_repeat_ngram",
    ),
    Parameter(
        "encoder_repetition_penalty", number(0), later("Favour (above 1) what the prompt says."),
        later("1.05 to 1.2 against making things up; below 1 it leads away from the prompt. 1 is off."), "repetition",
        neutral=1, probe=Recipe("penalty", 2.0, told=1.1), local=True, sampler="encoder_repetition_penalty",
    ),
)  # fmt: skip
