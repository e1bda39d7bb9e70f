"""Presets of TextGen (text-generation-webui), as YAML.

A flat map of what differs from its neutral table, `default_preset_values` of modules/presets.py.
"""

import json
import re

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later
from zatsudan.config import yaml
from zatsudan.config.foreign import fieldrules, samplerorder
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import (
    LAST,
    TRANSFORMERS,
    Rule,
    Rules,
    ends,
    renamed,
    written,
)
from zatsudan.config.foreign.fieldvalues import (
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
from zatsudan.config.foreign.presetfields import Reading, greedy, spread
from zatsudan.config.presetfiles import Preset

_DYNAMIC = ("dynamic_temperature", "dynatemp_low", "dynatemp_high")


def _breakers(value: Json) -> Json:
    return json.dumps(value, ensure_ascii=False)[1:-1]


RULES: Rules = {
    "temperature": Rule("temperature", read=number),
    "dynatemp_exponent": Rule("dynatemp_exponent", read=number),
    "smoothing_factor": Rule("smoothing_factor", read=number),
    "smoothing_curve": Rule("smoothing_curve", read=number),
    "min_p": Rule("min_p", read=number),
    "top_p": Rule("top_p", read=number),
    "top_k": Rule("top_k", read=whole),
    "typical_p": Rule("typical_p", read=number),
    "xtc_threshold": Rule("xtc_threshold", read=number),
    "xtc_probability": Rule("xtc_probability", read=number),
    "epsilon_cutoff": Rule("epsilon_cutoff", read=number),
    "eta_cutoff": Rule("eta_cutoff", read=number),
    "tfs": Rule("tfs", read=number),
    "top_a": Rule("top_a", read=number),
    "top_n_sigma": Rule("top_n_sigma", read=sigma, write=from_sigma),
    "adaptive_target": Rule("adaptive_target", read=sigma, write=from_sigma),
    "adaptive_decay": Rule("adaptive_decay", read=number),
    "dry_multiplier": Rule("dry_multiplier", read=number),
    "dry_allowed_length": Rule("dry_allowed_length", read=whole),
    "dry_base": Rule("dry_base", read=number),
    "dry_sequence_breakers": Rule("dry_sequence_breakers", read=breakers, write=_breakers),
    "repetition_penalty": Rule("repetition_penalty", read=number),
    "frequency_penalty": Rule("frequency_penalty", read=number),
    "presence_penalty": Rule("presence_penalty", read=number),
    "encoder_repetition_penalty": Rule("encoder_repetition_penalty", read=number),
    "no_repeat_ngram_size": Rule("no_repeat_ngram_size", read=whole),
    "repetition_penalty_range": Rule("repeat_last_n", read=span, write=from_span),
    "penalty_alpha": Rule(why=TRANSFORMERS),
    "guidance_scale": Rule(why=TRANSFORMERS),
    "num_beams": Rule(why=TRANSFORMERS),
    "length_penalty": Rule(why=TRANSFORMERS),
    "early_stopping": Rule(why=TRANSFORMERS),
    "mirostat_mode": Rule("mirostat", read=whole),
    "mirostat_tau": Rule("mirostat_tau", read=number),
    "mirostat_eta": Rule("mirostat_eta", read=number),
    "temperature_last": Rule(why=LAST),
    "sampler_priority": Rule("samplers", read=samplerorder.by_name, write=samplerorder.to_names),
    "max_new_tokens": Rule("max_tokens", read=whole),
    "seed": Rule("seed", read=whole),
    "ban_eos_token": Rule("ignore_eos", read=switch),
    "grammar_string": Rule("grammar", read=text),
    "truncation_length": Rule(why=later("it is how much of the talk is sent; the server's context is")),
}  # fmt: skip
#: Fields of later reading only: to write them would be no preset of TextGen's.
_READ_ONLY = ("max_new_tokens", "seed", "ban_eos_token", "grammar_string")
WRITTEN: Rules = {name: rule for name, rule in RULES.items() if name not in _READ_ONLY}


def fits(content: Content) -> bool:
    """Tell a preset of TextGen: YAML whose fields are its, for the most part."""
    if content.is_json or not re.search(r"(?m)^[a-z_]+:", content.text):
        return False
    known = [name for name in content.fields if name in RULES or name in (*_DYNAMIC, "do_sample")]
    return 2 * len(known) > len(content.fields)


def read(content: Content) -> Reading:
    """Read a preset."""
    reading = Reading()
    fields = spread(reading, content.fields, *_DYNAMIC)
    reading.apply(RULES, greedy(reading, fields))
    return reading


def write(preset: Preset) -> str:
    """Write a preset."""
    parameters = _own(preset)
    fields = written(WRITTEN, parameters, whole_table=False)
    found = ends(parameters)
    if found is not None:
        fields |= {"dynamic_temperature": True, "dynatemp_low": found[0], "dynatemp_high": found[1]}
    return "".join(f"{name}: {yaml.scalar(value)}\n" for name, value in fields.items())


def _own(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repeat_penalty", "repetition_penalty")


def lacking(preset: Preset) -> list[str]:
    """Return what a preset of TextGen's has no field for."""
    system = ["system"] if preset.system is not None else []
    return [*fieldrules.without_field(WRITTEN, _own(preset), ("dynatemp_range",)), *system]
