"""Ollama's Modelfile: lines of a command and its text; a text of several lines stands in three quotes.

https://github.com/ollama/ollama/blob/main/docs/modelfile.md; the parameters are those of
`api.Options` in api/types.go.
"""

import re
from collections.abc import Iterator, Mapping

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.config.foreign import fieldrules
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.fieldrules import LOADING, Rule, Rules, renamed, written
from zatsudan.config.foreign.fieldvalues import Unfit, number, whole
from zatsudan.config.foreign.presetfields import Reading, refused
from zatsudan.config.presetfiles import Preset

_COMMANDS = ("FROM", "PARAMETER", "TEMPLATE", "SYSTEM", "ADAPTER", "LICENSE", "MESSAGE", "REQUIRES", "RENDERER", "PARSER")  # fmt: skip
_COMMAND = re.compile(rf"[ \t]*({'|'.join(_COMMANDS)})[ \t]+", re.IGNORECASE)
_QUOTES = '"""'
#: Those whose text may have several lines without three quotes round them.
_LONG = ("SYSTEM", "MESSAGE", "TEMPLATE", "LICENSE")


def _limit(value: Json) -> Json:
    found = whole(value)
    if isinstance(found, int) and found < 0:
        raise Unfit(say("it sets no limit, as not sending one does"))
    return found


RULES: Rules = {
    "temperature": Rule("temperature", read=number),
    "top_k": Rule("top_k", read=whole),
    "top_p": Rule("top_p", read=number),
    "min_p": Rule("min_p", read=number),
    "typical_p": Rule("typical_p", read=number),
    "tfs_z": Rule("tfs", read=number),
    "repeat_penalty": Rule("repeat_penalty", read=number),
    "repeat_last_n": Rule("repeat_last_n", read=whole),
    "presence_penalty": Rule("presence_penalty", read=number),
    "frequency_penalty": Rule("frequency_penalty", read=number),
    "mirostat": Rule("mirostat", read=whole),
    "mirostat_tau": Rule("mirostat_tau", read=number),
    "mirostat_eta": Rule("mirostat_eta", read=number),
    "seed": Rule("seed", read=whole),
    "num_predict": Rule("max_tokens", read=_limit),
    "stop": Rule("stop"),
    "num_ctx": Rule("num_ctx", read=whole),
    "penalize_newline": Rule(why=later("Ollama takes it no more")),
    **{
        name: Rule(why=LOADING)
        for name in (
            *("num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "num_gqa", "numa"),
            *("use_mmap", "use_mlock", "mmap", "mlock", "low_vram", "f16_kv", "vocab_only"),
            *("rope_frequency_base", "rope_frequency_scale", "draft_num_predict", "num_draft"),
        )
    },
}  # fmt: skip
_WHY: Mapping[str, str] = {
    "FROM": later("a preset leaves the model as it is; /model NAME chooses it"),
    "TEMPLATE": later("the server puts the prompt together"),
    "RENDERER": later("the server puts the prompt together"),
    "PARSER": later("the server puts the prompt together"),
    "ADAPTER": LOADING,
    "LICENSE": later("it says nothing of a request"),
    "REQUIRES": later("it says nothing of a request"),
}


def fits(content: Content) -> bool:
    """Tell a Modelfile: its first line that is no comment begins with one of its commands."""
    lines = (line.strip() for line in content.text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return _COMMAND.match(first) is not None


def read(content: Content) -> Reading:
    """Read a Modelfile; raises ImportRefused where a text does not end."""
    reading = Reading()
    stops: list[Json] = []
    for command, said in _commands(content.text):
        if command == "PARAMETER":
            name, _, value = said.partition(" ")
            name, value = name.strip().lower(), _unquoted(value.strip())
            if name == "stop":
                stops.append(value)
            else:
                reading.apply(RULES, {name: value})
        elif command == "SYSTEM":
            reading.say_system("SYSTEM", _unquoted(said))
        elif command == "MESSAGE":
            role, _, words = said.partition(" ")
            reading.say_message("MESSAGE", role.strip().lower(), _unquoted(words.strip()))
        else:
            reading.drop(command, say(_WHY[command]))
    if stops:
        reading.apply(RULES, {"stop": [*dict.fromkeys(map(str, stops))]})
    return reading


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield the commands and what stands behind each, quotes and all."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        raw = lines[at]
        at += 1
        match = _COMMAND.match(raw)
        if match is None:
            continue  # a comment, a blank line, or a command of a later version
        command, said = match[1].upper(), raw[match.end() :].strip()
        if said.count(_QUOTES) == 1:
            end = next((end for end in range(at, len(lines)) if _QUOTES in lines[end]), None)
            if end is None:
                raise refused(say("A text of {command} begins and does not end.", command=command))
            # Blanks and line ends belong to a text in quotes.
            said = "\n".join((raw[match.end() :], *lines[at : end + 1])).strip()
            at = end + 1
        elif command in _LONG:
            end = _end_of_text(said, lines, at)
            said = "\n".join((said, *lines[at:end])).rstrip()
            at = end
        yield command, said


def _end_of_text(said: str, lines: list[str], at: int) -> int:
    """Return behind which line a text ends that has no three quotes: with its mark, else before a command.

    `ollama show --modelfile` has written texts of several lines without any (ollama/ollama 6103).
    """
    words = re.sub(r"(?i)^(?:user|assistant|system)[ \t]+", "", said)
    if words.startswith('"') and (len(words) == 1 or not words.endswith('"')):
        closing = (end for end in range(at, len(lines)) if lines[end].rstrip().endswith('"'))
        return next(closing, at - 1) + 1
    others = (
        end
        for end in range(at, len(lines))
        if lines[end].startswith("#") or _COMMAND.match(lines[end])
    )
    return next(others, len(lines))


def _unquoted(text: str) -> str:
    """Return a text without its quotes; what stands in one pair may hold escapes, as Go writes them."""
    for quotes in (_QUOTES, '"'):
        if (
            len(text) >= 2 * len(quotes)
            and text.startswith(quotes)
            and text.rstrip().endswith(quotes)
        ):
            return text.rstrip()[len(quotes) : -len(quotes)]
    return text


def write(preset: Preset) -> str:
    """Write a Modelfile; raises CommandError without a model, which Ollama wants."""
    if preset.model is None:
        raise CommandError(
            say("A Modelfile names a model, and the preset does not."),
            say("/preset save NAME model keeps the model too."),
        )
    lines = [f"FROM {_one_line(preset.model)}"]
    fields = written(RULES, _own(preset), whole_table=False)
    stops = fields.pop("stop", [])
    lines += [f"PARAMETER {name} {_one_line(str(value))}" for name, value in fields.items()]
    lines += [
        f'PARAMETER stop "{_one_line(str(stop))}"'
        for stop in (stops if isinstance(stops, list) else [stops])
    ]
    if preset.system is not None:
        lines.append(f"SYSTEM {_quoted(preset.system)}")
    lines += [f"MESSAGE {role} {_quoted(words)}" for role, words in preset.messages]
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    """Return what may stand in one line; raises CommandError for what cannot."""
    if "\n" in text:
        raise CommandError(
            say(
                "A Modelfile has no way to write {text!r}, which has several lines.", text=text[:40]
            ),
            say("Leave it out of the preset: /unset, then /preset save NAME."),
        )
    return text


def _quoted(text: str) -> str:
    if _QUOTES in text or text.endswith('"'):
        raise CommandError(
            say(
                "A Modelfile has no way to write a text with three quotes in it, or one at its end."
            ),
            say("Change the text, then /preset save NAME system."),
        )
    return f"{_QUOTES}{text}{_QUOTES}"


def _own(preset: Preset) -> JsonObject:
    return renamed(preset.parameters, "repetition_penalty", "repeat_penalty")


def lacking(preset: Preset) -> list[str]:
    """Return what a Modelfile has no line for."""
    return fieldrules.without_field(RULES, _own(preset))
