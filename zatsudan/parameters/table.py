"""Parameters: request fields that steer the reply, one row each.

`/set`, `/params`, completion, help, the config file, presets, the request body,
the record of a reply, /probe and the exports all read `PARAMETERS`. A parameter that is unset is
not sent: every default belongs to the server (a default of ours would override
llama.cpp's 0.8 and is refused by models that take no temperature).

Ranges and names are those of OpenAI's openapi.json 2.3.0 (2026-08-21); the
rows of the group `local` are what llama.cpp, vLLM and their kin take besides.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.base.secrets import names_key
from zatsudan.base.words import Word, quote, split
from zatsudan.parameters import schemas
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.values import (
    Kind,
    bias,
    choice,
    integer,
    json_of,
    number,
    read_json,
    stops,
    switch,
    text,
)


class Recipe(NamedTuple):
    """How /probe finds out whether a parameter takes effect.

    `test` is one of `probe.TESTS`; `taken` sees no more than whether it is refused.
    `value` is what such a test sends that serves several rows; None: `told`, or else the
    neutral value. `told` is a value unlike every server's default: a server that says which
    settings it used is asked for it. `usual`: it is probed where no name is given.
    """

    test: str = "taken"
    value: Json = None
    told: Json = None
    usual: bool = False


class Remark(NamedTuple):
    """What is said of a parameter in view of another; `text` is a constant."""

    other: str
    text: str


class Parameter(NamedTuple):
    """One row: all that is known of a parameter, but for its names at servers (`servers.kinds`).

    `name`: the wire name, as OpenAI or most servers have it, and the command.
    `kind`: what values it takes.
    `help`, `advice`: what it does, and when one would change it; constants that are said where shown.
    `group`: under which title it stands.
    `neutral`: the value with which it does nothing; None where there is none, or where it is not known.
    `probe`: how it is tested.
    `keyword`: every openai package since 1.20 takes it by name; others go into `extra_body`.
    `same_as`: the row that sets the same under its earlier name; a server takes one of them.
    `clashes`: what is said where another is set too. `needs`: without which it is an error.
    `delivery`: it says how the reply comes, not what it says: it is not probed, and not imported.
    `everyday`: its command is one of the few to be learned first.
    `own_command`: its command is made from the row; False: a hand-written one has its name.
    """

    name: str
    kind: Kind
    help: str
    advice: str = ""
    group: str = "more"
    neutral: Json = None
    probe: Recipe = Recipe()
    keyword: bool = False
    same_as: str = ""
    clashes: tuple[Remark, ...] = ()
    needs: Remark | None = None
    delivery: bool = False
    everyday: bool = False
    own_command: bool = True

    def read(self, words: Sequence[Word], current: Json = None, *, force: bool = False) -> Json:
        """Read a value from what was typed; `current` is what `+0.1` adds to.

        Raises CommandError with the range, unless `force` (`/set!`) is given.
        """
        try:
            value = self.kind.read(words, current)
        except ValueError:
            value = None
        if value is not None and (force or self.kind.check(value)):
            return value
        typed = " ".join(quote(word.text) for word in words)
        advice = (
            later("/help {name} explains it.")
            if value is None
            else later("/help {name} explains it. /set! {name} sends it all the same.")
        )
        raise CommandError(
            say(
                "{name} takes {range}, not {value}.",
                name=self.name,
                range=self.kind.range,
                value=typed[:80],
            ),
            say(advice, name=self.name),
        )

    def check(self, value: Json, where: str) -> Json:
        """Return `value` if it may be sent; raises CommandError naming `where` it stands."""
        if self.kind.check(value):
            return value
        raise CommandError(
            say(
                "{name} takes {range}, not {value} ({where}).",
                name=self.name,
                range=self.kind.range,
                value=show_value(value),
                where=where,
            )
        )


#: A function for a model to call, where /probe needs one.
_FUNCTION: JsonObject = {"name": "probe", "parameters": {"type": "object", "properties": {}}}

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "temperature", number(0, 2), later("How freely tokens are chosen."),
        later("Low (0 to 0.3) for facts and code, higher (0.8 to 1.2) for ideas and prose; above 1.5 it falls apart."),
        "sampling", neutral=1, probe=Recipe("temperature", told=0.7, usual=True), keyword=True, everyday=True,
    ),
    Parameter(
        "top_p", number(0, 1), later("Keep the likeliest tokens up to this share."),
        later("0.9 cuts the unlikely tail; change this or temperature, not both."), "sampling",
        neutral=1, probe=Recipe("narrowing", 0.0001, told=0.6, usual=True), keyword=True,
        clashes=(Remark("temperature", later("temperature and top_p are both set: better change one of them only.")),),
    ),
    Parameter(
        "presence_penalty", number(-2, 2), later("Disfavour tokens used before."),
        later("Raise it to make the talk move on to new things. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
        neutral=0, probe=Recipe("penalty", told=0.5, usual=True), keyword=True,
    ),
    Parameter(
        "frequency_penalty", number(-2, 2), later("Disfavour tokens used often."),
        later("Raise it against loops and repeated phrases. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
        neutral=0, probe=Recipe("penalty", told=0.5, usual=True), keyword=True,
    ),
    Parameter(
        "seed", integer(-1, values=("random", "1", "42")), later("Fix the dice, to repeat a reply."),
        later("The same seed, settings and server often give the same reply; no server promises it."), "sampling",
        neutral=-1, probe=Recipe("seed", told=4711, usual=True), keyword=True,
    ),
    Parameter(
        "logit_bias", bias, later("Favour or forbid single tokens."),
        later("-100 forbids, +100 forces, -1 to 1 nudges."), "sampling",
        neutral={}, probe=Recipe("bias", usual=True), keyword=True,
    ),
    Parameter(
        "stop", stops, later("Texts at which the reply ends."),
        later('Quote blanks and newlines: /stop "\\n\\n" "User:".'), "length",
        probe=Recipe("stop", told=["zqx"], usual=True), keyword=True, everyday=True,
    ),
    Parameter(
        "max_tokens", integer(1), later("The most tokens of a reply."),
        later("finish_reason is `length` when it cut the reply. Newer OpenAI models want max_completion_tokens."), "length",
        probe=Recipe("limit", usual=True), keyword=True,
    ),
    Parameter(
        "max_completion_tokens", integer(1), later("The same, reasoning included."),
        later("Set this or max_tokens, not both."), "length",
        probe=Recipe("limit", usual=True), same_as="max_tokens",
        clashes=(Remark("max_tokens", later("max_tokens and max_completion_tokens are both set: most servers take one of them.")),),
    ),
    Parameter(
        "n", integer(1, 128), later("How many variants to ask for."), later("Each is paid for."), "reply",
        neutral=1, probe=Recipe("choices", usual=True), keyword=True,
    ),
    Parameter("stream", switch, later("Show the reply as it comes (on)."), "", "reply", keyword=True, delivery=True),
    Parameter(
        "logprobs", switch, later("Ask for log probabilities."), "", "reply",
        neutral=False, probe=Recipe("logprobs", True, usual=True), keyword=True, own_command=False,
    ),
    Parameter(
        "top_logprobs", integer(0, 20), later("Alternatives to each token."),
        later("Needs logprobs on."), "reply", probe=Recipe("logprobs", 2), keyword=True,
        needs=Remark("logprobs", later("top_logprobs needs logprobs: /logprobs on.")),
    ),
    Parameter(
        "response_format", schemas.formats, later("Ask for JSON, with or without schema."),
        later("json_object also wants the word JSON in a message."), "reply",
        probe=Recipe("json"), keyword=True,
    ),
    Parameter(
        "reasoning_effort", choice("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        later("How long a reasoning model may think."), later("Models take a part of these values."), "reply",
        probe=Recipe(value="low"),
    ),
    Parameter(
        "verbosity", choice("low", "medium", "high"), later("How wordy the reply should be."), "", "reply",
        probe=Recipe(value="low"),
    ),
    Parameter(
        "user", text, later("A name for the end user, for the server's records."),
        probe=Recipe(value="probe"), keyword=True,
    ),
    Parameter("safety_identifier", text, later("The later form of user: a stable, hashed id."), probe=Recipe(value="probe")),
    Parameter(
        "prompt_cache_key", text, later("Groups requests for the server's prompt cache."),
        probe=Recipe(value="probe"),
    ),
    Parameter(
        "service_tier", choice("auto", "default", "flex", "scale", "priority", "fast"), later("Which tier serves the request."),
        probe=Recipe(value="auto"),
    ),
    Parameter("store", switch, later("Let the server keep the reply."), probe=Recipe(value=False)),
    Parameter(
        "metadata", schemas.metadata, later("Labels kept with a stored reply."),
        probe=Recipe(value={"probe": "1"}),
    ),
    Parameter(
        "stream_options", schemas.stream_options, later("Options of the stream; usage is asked for unless set."),
        probe=Recipe(value={}), keyword=True,
    ),
    Parameter(
        "tools", schemas.tools, later("Tools that the model may call (zatsudan shows the calls)."),
        probe=Recipe(value=[{"type": "function", "function": _FUNCTION}]), keyword=True,
    ),
    Parameter(
        "tool_choice", schemas.tool_choice, later("Which tool the model must call."),
        probe=Recipe(value="auto"), keyword=True,
    ),
    Parameter("parallel_tool_calls", switch, later("Let the model call several tools at once."), probe=Recipe(value=True)),
    Parameter(
        "functions", schemas.functions, later("The older form of tools."),
        probe=Recipe(value=[_FUNCTION]),
    ),
    Parameter(
        "function_call", schemas.function_call, later("The older form of tool_choice."),
        probe=Recipe(value="auto"),
    ),
    Parameter("modalities", schemas.modalities, later("Kinds of output: text, audio."), probe=Recipe(value=["text"])),
    Parameter(
        "audio", schemas.audio, later("Voice and format of audio output."),
        probe=Recipe(value={"voice": "alloy", "format": "mp3"}),
    ),
    Parameter(
        "prediction", schemas.prediction, later("Text that the reply will largely repeat."),
        probe=Recipe(value={"type": "content", "content": "1, 2, 3"}),
    ),
    Parameter(
        "web_search_options", schemas.web_search_options, later("Options of the server's web search."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "moderation", json_of(later("a JSON object"), dict), later("Moderation of input and output."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "prompt_cache_options", json_of(later("a JSON object"), dict), later("How the server caches the prompt."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "prompt_cache_retention", choice("in_memory", "24h"), later("How long the server caches the prompt."),
        probe=Recipe(value="in_memory"),
    ),
    Parameter(
        "top_k", integer(-1, values=("1", "20", "40", "100")), later("Choose among this many likeliest tokens."), "", "local",
        neutral=0, probe=Recipe("narrowing", 1, told=7, usual=True),
    ),
    Parameter(
        "min_p", number(0, 1), later("Drop tokens less likely than this share of the likeliest."), "", "local",
        neutral=0, probe=Recipe("narrowing", 1.0, told=0.15, usual=True),
    ),
    Parameter(
        "typical_p", number(0, 1), later("Prefer tokens of typical surprise."), "", "local",
        neutral=1, probe=Recipe(told=0.8),
    ),
    Parameter(
        "repeat_penalty", number(0, 2), later("Disfavour repeated tokens (llama.cpp, LM Studio); 1 is off."), "", "local",
        neutral=1, probe=Recipe(told=1.2),
    ),
    Parameter(
        "repetition_penalty", number(0, 2), later("Disfavour repeated tokens (vLLM, OpenRouter); 1 is off."), "", "local",
        neutral=1, probe=Recipe(value=1.2),
    ),
)  # fmt: skip

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def names_of(name: str) -> tuple[str, ...]:
    """Return the names under which servers take one parameter, the latest first."""
    return (*(row.name for row in reversed(PARAMETERS) if row.same_as == name), name)


#: Names of the limit on a reply's tokens; the first that is set holds.
LIMITS = names_of("max_tokens")

GROUPS = {
    "sampling": later("How tokens are chosen"),
    "length": later("Where a reply ends"),
    "reply": later("What is asked for"),
    "local": later("What local servers take besides"),
    "more": later("Further fields"),
}


def find(name: str) -> Parameter:
    """Return the row of `name`; raises CommandError with the nearest names."""
    if name in BY_NAME:
        return BY_NAME[name]
    import difflib

    near = difflib.get_close_matches(name, BY_NAME, n=3, cutoff=0.6)
    advice = (
        later(
            "Did you mean {names}? /params all lists them; /set +{name} VALUE sends any field as JSON."
        )
        if near
        else later("/params all lists them; /set +{name} VALUE sends any field as JSON.")
    )
    raise CommandError(
        say("There is no parameter {name!r}.", name=name[:40]),
        say(advice, name=name[:40], names=say(" or ").join(near)),
    )


def read_assignments(
    words: Sequence[Word], current: dict[str, Json], *, force: bool = False
) -> dict[str, Json]:
    """Read `temperature 0.2 top_p 0.9`, `temperature=0.2 stop="\\n"`, `+top_k 40`.

    A name with `+` takes any field and a JSON value (text if it is no JSON).
    Raises CommandError.
    """
    values: dict[str, Json] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.name is not None:
            name, taken = word.name, [Word(word.value, quoted=word.quoted)]
            many = _is_many(name)
        else:
            name, taken = word.text, []
            many = _is_many(name)
            if not rest:
                raise CommandError(
                    say("{name} needs a value.", name=name[:40]),
                    say("Write /set {name} VALUE, or /unset {name}.", name=name[:40]),
                )
            taken.append(rest.pop(0))
        while (
            many
            and rest
            and rest[0].name is None
            and (rest[0].quoted or not _names_one(rest[0].text))
        ):
            taken.append(rest.pop(0))
        if name.startswith("+"):
            _refuse_key(name[1:])
            values[name[1:]] = free_value(name[1:], taken)
        else:
            values[name] = find(name).read(taken, current.get(name), force=force)
    return values


def read_flag(text: str) -> dict[str, Json]:
    """Read one argument of the command line, as `/set` reads: `temperature=0.2`, `stop="\\n" "User:"`.

    What follows a name belongs to it up to the next one. A value with line ends is what a
    shell made of it, and is taken as it is. Raises CommandError.
    """
    name, equals, value = text.partition("=")
    if not equals:
        return read_assignments(split(text), {})
    values: dict[str, list[Word]] = {}
    if "\n" in value or not value.strip():
        values[name] = [Word(value)]
    else:
        for word in split(text):
            if word.name is not None and (not values or _names_one(word.name)):
                name = word.name
                values[name] = [Word(word.value, quoted=word.quoted)]
            else:
                values[name].append(Word(word.text, quoted=word.quoted))
    found: dict[str, Json] = {}
    for name, words in values.items():
        if name.startswith("+"):
            _refuse_key(name[1:])
            found[name[1:]] = free_value(name[1:], words)
        else:
            found[name] = find(name).read(words)
    return found


def _refuse_key(name: str) -> None:
    """Refuse a key as a setting: it would stand in the session's file, and in every export."""
    if names_key(name):
        raise CommandError(
            say(
                "{name} is no setting: it would stand in the session's file.",
                name=one_line(name, 40),
            ),
            say("/connect asks for the key; other secrets go into the headers of a profile."),
        )


def _is_many(name: str) -> bool:
    parameter = BY_NAME.get(name)
    return parameter is not None and parameter.kind.many


def _names_one(text: str) -> bool:
    return text in BY_NAME or text.startswith("+")


def free_value(name: str, words: Sequence[Word]) -> Json:
    """Read the value of a field that needs no row: JSON, or else a text.

    Raises CommandError for a field that makes the request.
    """
    value = _free(words)
    if makes_request(name, value):
        raise CommandError(
            say("{name} makes the request and cannot be set.", name=name[:40]), say(HOW_TO_STEER)
        )
    return value


#: What to do instead of setting a field that makes the request.
HOW_TO_STEER = later("What you write is sent, /model chooses the model and /connect the server.")


def _free(words: Sequence[Word]) -> Json:
    typed = " ".join(word.text for word in words)
    if len(words) == 1 and words[0].quoted:
        return typed
    try:
        return read_json(typed)
    except ValueError:
        return typed


def show_value(value: Json) -> str:
    """Write a value as one would type it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return " ".join(
            quote(item) if item != quote(item) else f'"{item}"'
            for item in value
            if isinstance(item, str)
        )
    return json.dumps(value, ensure_ascii=False)
