"""LM Studio's presets, as JSON: fields of dotted keys, a value each, some with a check mark.

The keys are those of packages/lms-kv-config/src/schema.ts of lmstudio-ai/lmstudio-js.
"""

from collections.abc import Iterator

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import LOADING, Rule, Rules
from zatsudan.config.foreign.fieldvalues import Unfit, number, texts, whole
from zatsudan.config.foreign.presetfields import Reading

_OF_TALKS = later("it belongs to LM Studio's own talks")


def _schema(value: Json) -> Json:
    if isinstance(value, dict) and isinstance(value.get("jsonSchema"), dict):
        schema = {"name": "preset", "schema": value["jsonSchema"]}
        return {"type": "json_schema", "json_schema": {**schema}}
    raise Unfit(say("it asks for nothing"))


RULES: Rules = {
    "temperature": Rule("temperature", read=number),
    "topKSampling": Rule("top_k", read=whole),
    "topPSampling": Rule("top_p", read=number),
    "minPSampling": Rule("min_p", read=number),
    "repeatPenalty": Rule("repeat_penalty", read=number),
    "maxPredictedTokens": Rule("max_tokens", read=whole),
    "stopStrings": Rule("stop", read=texts),
    "seed": Rule("seed", read=whole),
    "structured": Rule("response_format", read=_schema),
    "llama.presencePenalty": Rule("presence_penalty", read=number),
    "llama.frequencyPenalty": Rule("frequency_penalty", read=number),
    "llama.xtcProbability": Rule("xtc_probability", read=number),
    "llama.xtcThreshold": Rule("xtc_threshold", read=number),
    "llama.tailFreeSampling": Rule("tfs", read=number),
    "llama.locallyTypicalSampling": Rule("typical_p", read=number),
    "llama.cpuThreads": Rule(why=LOADING),
    "llama.logitBias": Rule(why=later("its tokens are of one model only; /bias TEXT N sets one")),
    "contextOverflowPolicy": Rule(why=_OF_TALKS),
    "contextPrefill": Rule(why=_OF_TALKS),
    "toolCallStopStrings": Rule(why=_OF_TALKS),
    "tools": Rule(why=_OF_TALKS),
    "promptTemplate": Rule(why=later("the server puts the prompt together")),
    "reasoning.parsing": Rule(why=later("the server tells thinking from the reply")),
    "logProbs": Rule(why=later("its /v1 sends no probabilities")),
}  # fmt: skip
_PREFIX = "llm.prediction."


def _fields(content: Content, part: str) -> Iterator[tuple[str, Json]]:
    inside = content.fields.get(part)
    listed = inside.get("fields") if isinstance(inside, dict) else None
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            yield str(item["key"]), item.get("value")


def fits(content: Content) -> bool:
    """Tell a preset."""
    return content.is_json and any(
        key.startswith(_PREFIX)
        for part in ("operation", "load")
        for key, _ in _fields(content, part)
    )


def read(content: Content) -> Reading:
    """Read a preset."""
    reading = Reading()
    for key, value in _fields(content, "operation"):
        name = key.removeprefix(_PREFIX)
        if name == "systemPrompt":
            reading.say_system(key, value)
        elif name == "llama.mirostatSampling" and isinstance(value, dict):
            _read_mirostat(reading, key, value)
        elif isinstance(value, dict) and "checked" in value and not value["checked"]:
            reading.drop(key, say("it is switched off there"))
        else:
            ticked = value.get("value") if isinstance(value, dict) and "checked" in value else value
            before = len(reading.fates)
            reading.apply(RULES, {name: ticked})
            reading.fates[before:] = [fate._replace(field=key) for fate in reading.fates[before:]]
    for key, _ in _fields(content, "load"):
        reading.drop(key, say(LOADING))
    return reading


def _read_mirostat(reading: Reading, key: str, value: JsonObject) -> None:
    if not value.get("version"):
        reading.neutral += 1
        return
    for part, name in (
        ("version", "mirostat"),
        ("targetEntropy", "mirostat_tau"),
        ("learningRate", "mirostat_eta"),
    ):
        if part in value:
            reading.take(f"{key}.{part}", name, value[part])
