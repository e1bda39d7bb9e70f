"""Settings of KoboldCpp and of the older KoboldAI, and saves of KoboldAI Lite, as JSON.

The fields are those of Lite's `localsettings` and of its presets (index.html), of KoboldCpp's
/api/v1/generate, and of SillyTavern's presets for them.
"""

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.config.foreign import samplerorder
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import Rule, Rules
from zatsudan.config.foreign.fieldvalues import (
    Unfit,
    breakers,
    number,
    sigma,
    span,
    switch,
    text,
    texts,
    whole,
)
from zatsudan.config.foreign.presetfields import Reading


def _stops(value: Json) -> Json:
    """Read Lite's stop texts: parts between `||$||`, with newlines written as backslash n."""
    if isinstance(value, str):
        return [part.replace("\\n", "\n") for part in value.split("||$||") if part]
    return texts(value)


def _banned(value: Json) -> Json:
    return (
        [part for part in value.split("||$||") if part] if isinstance(value, str) else texts(value)
    )


def _seed(value: Json) -> Json:
    found = whole(value)
    return -1 if isinstance(found, int) and found < 0 else found


def _bias(value: Json) -> Json:
    if isinstance(value, dict):
        return value
    raise Unfit(say("it is no map of tokens"))


RULES: Rules = {
    "temp": Rule("temperature", read=number),
    "temperature": Rule("temperature", read=number),
    "dynatemp_range": Rule("dynatemp_range", read=number),
    "dynatemp_exponent": Rule("dynatemp_exponent", read=number),
    "smoothing_factor": Rule("smoothing_factor", read=number),
    "smoothing_curve": Rule("smoothing_curve", read=number),
    "nsigma": Rule("top_n_sigma", read=sigma),
    "top_k": Rule("top_k", read=whole),
    "top_p": Rule("top_p", read=number),
    "min_p": Rule("min_p", read=number),
    "top_a": Rule("top_a", read=number),
    "typical": Rule("typical_p", read=number),
    "typ_s": Rule("typical_p", read=number),
    "tfs": Rule("tfs", read=number),
    "tfs_s": Rule("tfs", read=number),
    "rep_pen": Rule("repeat_penalty", read=number),
    "rep_pen_range": Rule("repeat_last_n", read=span),
    "rep_pen_slope": Rule(why=later("only KoboldCpp takes it")),
    "presence_penalty": Rule("presence_penalty", read=number),
    "mirostat": Rule("mirostat", read=whole),
    "miro_type": Rule("mirostat", read=whole),
    "mirostat_tau": Rule("mirostat_tau", read=number),
    "miro_tau": Rule("mirostat_tau", read=number),
    "mirostat_eta": Rule("mirostat_eta", read=number),
    "miro_eta": Rule("mirostat_eta", read=number),
    "dry_multiplier": Rule("dry_multiplier", read=number),
    "dry_base": Rule("dry_base", read=number),
    "dry_allowed_length": Rule("dry_allowed_length", read=whole),
    "dry_penalty_last_n": Rule("dry_penalty_last_n", read=span),
    "dry_sequence_breakers": Rule("dry_sequence_breakers", read=breakers),
    "xtc_threshold": Rule("xtc_threshold", read=number),
    "xtc_probability": Rule("xtc_probability", read=number),
    "adaptivep_target": Rule("adaptive_target", read=number),
    "adaptive_target": Rule("adaptive_target", read=number),
    "adaptivep_decay": Rule("adaptive_decay", read=number),
    "adaptive_decay": Rule("adaptive_decay", read=number),
    "sampler_order": Rule("samplers", read=samplerorder.by_number),
    "sampler_seed": Rule("seed", read=_seed),
    "max_length": Rule("max_tokens", read=whole),
    "max_context_length": Rule(why=later("it is how much of the talk is sent; the server's context is")),
    "extrastopseq": Rule("stop", read=_stops),
    "stop_sequence": Rule("stop", read=_stops),
    "tokenbans": Rule("banned_strings", read=_banned),
    "banned_tokens": Rule("banned_strings", read=_banned),
    "logitbiasdict": Rule("logit_bias", read=_bias),
    "logit_bias": Rule("logit_bias", read=_bias),
    "grammar": Rule("grammar", read=text),
    "reasoning_effort": Rule("reasoning_effort", read=text),
    "bypass_eos": Rule("ignore_eos", read=switch),
}  # fmt: skip


def _is_settings(fields: JsonObject) -> bool:
    numbers = isinstance(fields.get("sampler_order"), list)
    return (
        "rep_pen" in fields
        and ("temp" in fields or "temperature" in fields)
        and (
            numbers
            or any(name in fields for name in ("rep_pen_range", "rep_pen_slope", "typical", "tfs"))
        )
    )


def fits(content: Content) -> bool:
    """Tell settings, or a save with settings in it."""
    saved = content.fields.get("savedsettings")
    return content.is_json and (
        _is_settings(saved) if isinstance(saved, dict) else _is_settings(content.fields)
    )


def read(content: Content) -> Reading:
    """Read settings; of a save those that it holds, and nothing of its story."""
    reading = Reading()
    saved = content.fields.get("savedsettings")
    fields = dict(saved) if isinstance(saved, dict) else dict(content.fields)
    reading.say_system("instruct_sysprompt", fields.pop("instruct_sysprompt", None))
    for name in ("reasoning_effort", "preset", "description"):
        if fields.get(name) == "" or name in ("preset", "description"):
            fields.pop(name, None)
    reading.apply(RULES, fields)
    for name in content.fields if isinstance(saved, dict) else ():
        if name != "savedsettings":
            reading.drop(name, say("the story of a save is no preset"))
    reading.leave_out_neutral(samplerorder.STEPS)
    return reading
