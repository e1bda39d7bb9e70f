"""SillyTavern's presets of chat completion, as JSON; the fields are those of public/scripts/openai.js."""

import re

from zatsudan.base.jsonvalues import Json, JsonObject, text_field
from zatsudan.base.language import later, say
from zatsudan.config.foreign import fieldrules, samplerorder
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import MAKES, Rule, Rules, renamed, written
from zatsudan.config.foreign.fieldvalues import number, text, whole
from zatsudan.config.foreign.presetfields import Reading
from zatsudan.config.foreign.sillytaverntext import DELIVERY, ROLEPLAY, dumps
from zatsudan.config.presetfiles import Preset


def _for_chat(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repeat_penalty", "repetition_penalty")


RULES: Rules = {
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
    "stream_openai": Rule(why=DELIVERY, neutral=True),
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


def fits(content: Content) -> bool:
    """Tell a preset of chat completion."""
    fields = content.fields
    prompts = isinstance(fields.get("prompts"), list) and "prompt_order" in fields
    return content.is_json and (prompts or content.has_one("openai_max_tokens", "stream_openai"))


def read(content: Content) -> Reading:
    """Read a preset of chat completion: its samplers, and of its prompts the system message."""
    reading = Reading()
    rest: JsonObject = {}
    for name, value in content.fields.items():
        if name in _TELLING or name.endswith("_model"):
            _drop_said(reading, name, value, MAKES)
        elif name in _PROMPT_TEXTS:
            _drop_said(reading, name, value, ROLEPLAY)
        elif value in ("", None, "auto") or (name == "stream_openai" and value is True):
            reading.neutral += 1  # auto is how it says that nothing is sent
        elif name not in ("prompts", "prompt_order"):
            rest[name] = value
    reading.apply(RULES, rest)
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


def write(preset: Preset) -> str:
    """Write a preset of chat completion; the system message is its main prompt."""
    fields = written(RULES, _for_chat(preset), whole_table=True)
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
    return dumps(fields)


def lacking(preset: Preset) -> list[str]:
    """Return what a preset of chat completion has no field for."""
    return fieldrules.without_field(RULES, _for_chat(preset))
