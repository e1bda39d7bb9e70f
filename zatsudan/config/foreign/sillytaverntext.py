"""SillyTavern's presets of text completion, as JSON.

The fields are those of public/scripts/textgen-settings.js. SillyTavern writes all it knows, also
what the server at hand never gets: what does nothing is left out and counted.
"""

import json

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.config.foreign import fieldrules, samplerorder
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import (
    COMPLETION,
    LAST,
    NO_PARAMETER,
    ORDER,
    TRANSFORMERS,
    Rule,
    Rules,
    ends,
    renamed,
    written,
)
from zatsudan.config.foreign.fieldvalues import (
    Unfit,
    breakers,
    from_sigma,
    from_span,
    number,
    sigma,
    span,
    switch,
    text,
    whole,
)
from zatsudan.config.foreign.presetfields import Reading, spread
from zatsudan.config.presetfiles import Preset

#: Its own texts and switches round a talk.
ROLEPLAY = later("it belongs to SillyTavern's own way of putting a prompt together")
DELIVERY = later("how a reply comes is for the person to say")
_DYNAMIC = ("dynatemp", "min_temp", "max_temp")


def _banned(value: Json) -> Json:
    """Read banned texts: one a line in quotes; ids of tokens are of one model only."""
    lines = value.splitlines() if isinstance(value, str) else []
    found: list[Json] = [
        line.strip()[1:-1] for line in lines if line.strip()[:1] == '"' == line.strip()[-1:]
    ]
    if not found and any(map(str.strip, lines)):
        raise Unfit(say("it bans tokens of one model by their ids; /ban TEXT bans words"))
    return found


def _to_banned(value: Json) -> Json:
    return "\n".join(f'"{item}"' for item in value) if isinstance(value, list) else ""


def _bias(value: Json) -> Json:
    if not value:
        return {}
    raise Unfit(say("it names texts, whose tokens hang on the model; /bias TEXT N sets one"))


def _breakers(value: Json) -> Json:
    return json.dumps(value, ensure_ascii=False)


RULES: Rules = {
    "temp": Rule("temperature", read=number, neutral=1),
    "temperature_last": Rule(why=LAST, neutral=True),
    "top_p": Rule("top_p", read=number, neutral=1),
    "top_k": Rule("top_k", read=whole, neutral=0),
    "top_a": Rule("top_a", read=number, neutral=0),
    "tfs": Rule("tfs", read=number, neutral=1),
    "epsilon_cutoff": Rule("epsilon_cutoff", read=number, neutral=0),
    "eta_cutoff": Rule("eta_cutoff", read=number, neutral=0),
    "typical_p": Rule("typical_p", read=number, neutral=1),
    "min_p": Rule("min_p", read=number, neutral=0),
    "nsigma": Rule("top_n_sigma", read=sigma, write=from_sigma, neutral=0),
    "min_keep": Rule("min_keep", read=whole, neutral=0),
    "rep_pen": Rule("repeat_penalty", read=number, neutral=1),
    "rep_pen_range": Rule("repeat_last_n", read=span, write=from_span, neutral=0),
    "rep_pen_decay": Rule(why=later("only Aphrodite takes it"), neutral=0),
    "rep_pen_slope": Rule(why=later("only KoboldCpp takes it"), neutral=1),
    "no_repeat_ngram_size": Rule("no_repeat_ngram_size", read=whole, neutral=0),
    "penalty_alpha": Rule(why=TRANSFORMERS, neutral=0),
    "num_beams": Rule(why=TRANSFORMERS, neutral=1),
    "length_penalty": Rule(why=TRANSFORMERS, neutral=1),
    "min_length": Rule("min_tokens", read=whole, neutral=0),
    "encoder_rep_pen": Rule("encoder_repetition_penalty", read=number, neutral=1),
    "freq_pen": Rule("frequency_penalty", read=number, neutral=0),
    "presence_pen": Rule("presence_penalty", read=number, neutral=0),
    "skew": Rule(why=later("only Aphrodite takes it"), neutral=0),
    "do_sample": Rule(why=TRANSFORMERS, neutral=True),
    "early_stopping": Rule(why=TRANSFORMERS, neutral=False),
    "dynatemp": Rule(neutral=False),
    "min_temp": Rule(neutral=0),
    "max_temp": Rule(neutral=2),
    "dynatemp_exponent": Rule("dynatemp_exponent", read=number, neutral=1),
    "smoothing_factor": Rule("smoothing_factor", read=number, neutral=0),
    "smoothing_curve": Rule("smoothing_curve", read=number, neutral=1),
    "dry_allowed_length": Rule("dry_allowed_length", read=whole, neutral=2),
    "dry_multiplier": Rule("dry_multiplier", read=number, neutral=0),
    "dry_base": Rule("dry_base", read=number, neutral=1.75),
    "dry_sequence_breakers": Rule(
        "dry_sequence_breakers", read=breakers, write=_breakers, neutral='["\\n", ":", "\\"", "*"]'
    ),
    "dry_penalty_last_n": Rule("dry_penalty_last_n", read=span, write=from_span, neutral=0),
    "max_tokens_second": Rule(why=later("only Aphrodite takes it"), neutral=0),
    "genamt": Rule("max_tokens", read=whole),
    "max_length": Rule(why=later("it is how much of the talk is sent; the server's context is")),
    "seed": Rule("seed", read=whole, neutral=-1),
    "n": Rule("n", read=whole),
    "add_bos_token": Rule(why=COMPLETION, neutral=True),
    "ban_eos_token": Rule("ignore_eos", read=switch, neutral=False),
    "skip_special_tokens": Rule(why=COMPLETION, neutral=True),
    "mirostat_mode": Rule("mirostat", read=whole, neutral=0),
    "mirostat_tau": Rule("mirostat_tau", read=number, neutral=5),
    "mirostat_eta": Rule("mirostat_eta", read=number, neutral=0.1),
    "guidance_scale": Rule(why=TRANSFORMERS, neutral=1),
    "negative_prompt": Rule(why=TRANSFORMERS, neutral=""),
    "grammar_string": Rule("grammar", read=text, neutral=""),
    "json_schema": Rule("json_schema", neutral={}),
    "banned_tokens": Rule("banned_strings", read=_banned, write=_to_banned, neutral=""),
    "sampler_priority": Rule("samplers", read=samplerorder.by_name, write=None),
    "samplers": Rule("samplers", read=samplerorder.by_name),
    "samplers_priorities": Rule(why=ORDER),
    "sampler_order": Rule("samplers", read=samplerorder.by_number, write=None),
    "ignore_eos_token": Rule(why=later("only Aphrodite takes it"), neutral=False),
    "spaces_between_special_tokens": Rule(why=COMPLETION, neutral=True),
    "speculative_ngram": Rule(why=later("only Aphrodite takes it"), neutral=False),
    "logit_bias": Rule("logit_bias", read=_bias, write=None),
    "xtc_threshold": Rule("xtc_threshold", read=number, neutral=0.1),
    "xtc_probability": Rule("xtc_probability", read=number, neutral=0),
    "adaptive_target": Rule("adaptive_target", read=sigma, neutral=-0.01),
    "adaptive_decay": Rule("adaptive_decay", read=number, neutral=0.9),
    "rep_pen_size": Rule(why=NO_PARAMETER, neutral=0),
    "json_schema_allow_empty": Rule(why=NO_PARAMETER, neutral=False),
    "streaming": Rule(why=DELIVERY),
    "extensions": Rule(why=ROLEPLAY),
}  # fmt: skip
#: Values of dropped fields that do nothing, so that no one need hear of them.
_QUIET = {name: rule.neutral for name, rule in RULES.items() if not rule.to}
#: Its orders, the one for llama.cpp first: one of them counts.
_ORDERS = ("samplers", "sampler_order", "sampler_priority", "samplers_priorities")


def fits(content: Content) -> bool:
    """Tell a preset of text completion."""
    own = (
        "freq_pen",
        "typical_p",
        "mirostat_mode",
        "temperature_last",
        "encoder_rep_pen",
        "genamt",
    )
    return content.is_json and content.has("temp", "rep_pen") and content.has_one(*own)


def read(content: Content) -> Reading:
    """Read a preset of text completion."""
    reading = Reading()
    fields = spread(reading, content.fields, *_DYNAMIC)
    order = next((name for name in _ORDERS if name in fields), "")
    silent = {
        name
        for name, value in fields.items()
        if value is None
        or (name in _QUIET and value == _QUIET[name])
        or (name in _ORDERS and name != order)
    }
    if "temperature" in reading.parameters:
        silent.add("temp")
    reading.neutral += len(silent)
    reading.apply(RULES, {name: value for name, value in fields.items() if name not in silent})
    reading.leave_out_neutral(samplerorder.STEPS)
    return reading


def write(preset: Preset) -> str:
    """Write a preset of text completion, with all fields: SillyTavern keeps what one does not say."""
    fields = written(RULES, _for_text(preset), whole_table=True)
    found = ends(preset.parameters)
    if found is not None:
        fields |= {"dynatemp": True, "min_temp": found[0], "max_temp": found[1]}
    return dumps(fields)


def _for_text(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repetition_penalty", "repeat_penalty")


def dumps(fields: JsonObject) -> str:
    """Return fields as SillyTavern writes them."""
    return json.dumps(fields, ensure_ascii=False, indent=4) + "\n"


def lacking(preset: Preset) -> list[str]:
    """Return what a preset of text completion has no field for."""
    system = ["system"] if preset.system is not None else []
    return [*fieldrules.without_field(RULES, _for_text(preset), ("dynatemp_range",)), *system]
