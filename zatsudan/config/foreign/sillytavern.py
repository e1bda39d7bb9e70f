"""SillyTavern's presets, of text completion and of chat completion, as JSON.

The fields are those of public/scripts/textgen-settings.js and openai.js of SillyTavern. It writes
all it knows, also what the server at hand never gets: what does nothing is left out and counted.
"""

import json
import re

from zatsudan.base.jsonvalues import Json, JsonObject, text_field
from zatsudan.base.language import later, say
from zatsudan.config.foreign import samplerorder
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.presetfields import (
    COMPLETION,
    LAST,
    MAKES,
    ORDER,
    TRANSFORMERS,
    Reading,
    Rule,
    Rules,
    Unfit,
    ends,
    from_sigma,
    from_span,
    lacking,
    number,
    renamed,
    sigma,
    span,
    spread,
    switch,
    text,
    texts,
    whole,
    written,
)
from zatsudan.config.presetfiles import Preset

#: Its own texts and switches round a talk.
_ROLEPLAY = later("it belongs to SillyTavern's own way of putting a prompt together")
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


TEXT: Rules = {
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
        "dry_sequence_breakers", read=texts, write=_breakers, neutral='["\\n", ":", "\\"", "*"]'
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
    "extensions": Rule(why=_ROLEPLAY),
}  # fmt: skip
#: Values of dropped fields that do nothing, so that no one need hear of them.
_QUIET = {name: rule.neutral for name, rule in TEXT.items() if not rule.to}
#: Its orders, the one for llama.cpp first: one of them counts.
_ORDERS = ("samplers", "sampler_order", "sampler_priority", "samplers_priorities")


def is_text(content: Content) -> bool:
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


def read_text(content: Content) -> Reading:
    """Read a preset of text completion."""
    reading = Reading()
    fields = spread(reading, content.fields, *_DYNAMIC)
    order = next((name for name in _ORDERS if name in fields), "")
    silent = {
        name
        for name, value in fields.items()
        if (name in _QUIET and value == _QUIET[name]) or (name in _ORDERS and name != order)
    }
    if "temperature" in reading.parameters:
        silent.add("temp")
    reading.neutral += len(silent)
    reading.apply(TEXT, {name: value for name, value in fields.items() if name not in silent})
    reading.leave_out_neutral(samplerorder.STEPS)
    return reading


def write_text(preset: Preset) -> str:
    """Write a preset of text completion, with all fields: SillyTavern keeps what one does not say."""
    fields = written(TEXT, _for_text(preset), whole_table=True)
    found = ends(preset.parameters)
    if found is not None:
        fields |= {"dynatemp": True, "min_temp": found[0], "max_temp": found[1]}
    return _dumps(fields)


def _for_text(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repetition_penalty", "repeat_penalty")


def _for_chat(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repeat_penalty", "repetition_penalty")


def _dumps(fields: JsonObject) -> str:
    return json.dumps(fields, ensure_ascii=False, indent=4) + "\n"


CHAT: Rules = {
    "temperature": Rule("temperature", read=number, neutral=1),
    "frequency_penalty": Rule("frequency_penalty", read=number, neutral=0),
    "presence_penalty": Rule("presence_penalty", read=number, neutral=0),
    "top_p": Rule("top_p", read=number, neutral=1),
    "top_k": Rule("top_k", read=whole, neutral=0),
    "top_a": Rule("top_a", read=number, neutral=0),
    "min_p": Rule("min_p", read=number, neutral=0),
    "repetition_penalty": Rule("repetition_penalty", read=number, neutral=1),
    "openai_max_tokens": Rule("max_tokens", read=whole),
    "seed": Rule("seed", read=whole, neutral=-1),
    "n": Rule("n", read=whole),
    "reasoning_effort": Rule("reasoning_effort", read=text),
    "verbosity": Rule("verbosity", read=text),
    "stream_openai": Rule(why=later("how a reply comes is for the person to say"), neutral=True),
    "openai_max_context": Rule(why=later("it is how much of the talk is sent; the server's context is")),
    "assistant_prefill": Rule(why=later("a preset does not hold the beginning of a reply")),
}  # fmt: skip
_PROMPT_TEXTS = (
    "impersonation_prompt", "new_chat_prompt", "new_group_chat_prompt", "new_example_chat_prompt",
    "continue_nudge_prompt", "group_nudge_prompt", "wi_format", "scenario_format",
    "personality_format", "names_behavior", "send_if_empty", "wrap_in_quotes", "extensions",
    "assistant_impersonation", "human_sysprompt_message", "continue_postfix", "continue_prefill",
    "squash_system_messages", "claude_use_sysprompt", "use_makersuite_sysprompt", "use_sysprompt",
    "jailbreak_system", "bias_preset_selected", "max_context_unlocked",
)  # fmt: skip
#: What says where a request goes, with what.
_TELLING = (
    "chat_completion_source", "reverse_proxy", "proxy_password", "custom_url",
    "custom_include_body", "custom_exclude_body", "custom_include_headers", "api_url_scale",
)  # fmt: skip


def is_chat(content: Content) -> bool:
    """Tell a preset of chat completion."""
    fields = content.fields
    prompts = isinstance(fields.get("prompts"), list) and "prompt_order" in fields
    return content.is_json and (prompts or content.has_one("openai_max_tokens", "stream_openai"))


def read_chat(content: Content) -> Reading:
    """Read a preset of chat completion: its samplers, and of its prompts the system message."""
    reading = Reading()
    rest: JsonObject = {}
    for name, value in content.fields.items():
        if name in _TELLING or name.endswith("_model"):
            _drop_said(reading, name, value, MAKES)
        elif name in _PROMPT_TEXTS:
            _drop_said(reading, name, value, _ROLEPLAY)
        elif name == "stream_openai" and value is True:
            reading.neutral += 1
        elif name not in ("prompts", "prompt_order"):
            rest[name] = value
    reading.apply(CHAT, rest)
    _read_prompts(reading, content.fields)
    reading.leave_out_neutral(samplerorder.STEPS)
    return reading


def _drop_said(reading: Reading, name: str, value: Json, why: str) -> None:
    if value in ("", None, False):
        reading.neutral += 1
    else:
        reading.drop(name, say(why))


def _read_prompts(reading: Reading, fields: JsonObject) -> None:
    """Join the enabled prompts that stand before the talk and are the system's."""
    listed = fields.get("prompts")
    prompts = {
        text_field(item, "identifier"): item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict)
    }
    enabled = _enabled(fields.get("prompt_order"))
    order = [*prompts] if enabled is None else enabled
    parts: list[str] = []
    before = True
    for identifier in order:
        prompt = prompts.get(identifier, {})
        before = before and identifier != "chatHistory"
        said = text_field(prompt, "content").strip()
        if prompt.get("marker") or not said:
            continue
        label = f"prompts: {text_field(prompt, 'name') or identifier}"
        if not before:
            reading.drop(label, say("it stands behind the talk"))
        elif prompt.get("role", "system") not in ("system", "", None):
            reading.drop(label, say("the system does not say it"))
        else:
            parts.append(said)
    reading.say_system("prompts", "\n\n".join(parts))
    macros = sorted({*re.findall(r"\{\{\w+\}\}", reading.system or "")})
    if macros:
        reading.notes.append(
            say(
                "Nothing fills in {names} here: edit the system message.",
                names=", ".join(macros[:5]),
            )
        )


def _enabled(value: Json) -> list[str] | None:
    """Return the identifiers that are on, in their order; None where the file has no order.

    The last list is the one that the person sees; the first is a default of old.
    """
    lists = (
        [
            item["order"]
            for item in value
            if isinstance(item, dict) and isinstance(item.get("order"), list)
        ]
        if isinstance(value, list)
        else []
    )
    if not lists:
        return None
    order = lists[-1]
    return [
        text_field(item, "identifier")
        for item in (order if isinstance(order, list) else [])
        if isinstance(item, dict) and item.get("enabled")
    ]


def write_chat(preset: Preset) -> str:
    """Write a preset of chat completion; the system message is its main prompt."""
    fields = written(CHAT, _for_chat(preset), whole_table=True)
    if preset.system is not None:
        fields["prompts"] = [
            {
                "identifier": "main",
                "name": "Main Prompt",
                "system_prompt": True,
                "role": "system",
                "content": preset.system,
            },
            {
                "identifier": "chatHistory",
                "name": "Chat History",
                "system_prompt": True,
                "marker": True,
            },
        ]
        fields["prompt_order"] = [
            {
                "character_id": 100001,
                "order": [
                    {"identifier": "main", "enabled": True},
                    {"identifier": "chatHistory", "enabled": True},
                ],
            }
        ]
    return _dumps(fields)


def lacking_text(preset: Preset) -> list[str]:
    """Return what a preset of text completion has no field for."""
    system = ["system"] if preset.system is not None else []
    return [*lacking(TEXT, _for_text(preset), ("dynatemp_range",)), *system]


def lacking_chat(preset: Preset) -> list[str]:
    """Return what a preset of chat completion has no field for."""
    return lacking(CHAT, _for_chat(preset))
