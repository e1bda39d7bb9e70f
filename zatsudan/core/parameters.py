"""Parameters: request fields that steer the reply, one row each.

`/set`, `/params`, completion, help, the config file, presets, the request body
and the record of a reply all read `PARAMETERS`. A parameter that is unset is
not sent: every default belongs to the server (a default of ours would override
llama.cpp's 0.8 and is refused by models that take no temperature).

Ranges and names are those of OpenAI's openapi.json 2.3.0 (2026-08-21); the
rows of the group `local` are what llama.cpp, vLLM and their kin take besides.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.core.errors import CommandError
from zatsudan.core.kinds import (
    Kind,
    bias,
    choice,
    integer,
    json_of,
    number,
    read_json,
    response_format,
    stops,
    switch,
    text,
    texts,
    words_or_object,
)
from zatsudan.core.language import later, say
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import makes_request
from zatsudan.core.secrets import names_key
from zatsudan.core.words import Word, quote


class Parameter(NamedTuple):
    """One row. `name` is the wire name; `advice` says when one would change it.

    `help` and `advice` are constants that are said where they are shown.
    """

    name: str
    kind: Kind
    help: str
    advice: str = ""
    group: str = "more"

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


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "temperature", number(0, 2), later("How freely tokens are chosen."),
        later("Low (0 to 0.3) for facts and code, higher (0.8 to 1.2) for ideas and prose; above 1.5 it falls apart."),
        "sampling",
    ),
    Parameter(
        "top_p", number(0, 1), later("Keep the likeliest tokens up to this share."),
        later("0.9 cuts the unlikely tail; change this or temperature, not both."), "sampling",
    ),
    Parameter(
        "presence_penalty", number(-2, 2), later("Disfavour tokens used before."),
        later("Raise it to make the talk move on to new things. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
    ),
    Parameter(
        "frequency_penalty", number(-2, 2), later("Disfavour tokens used often."),
        later("Raise it against loops and repeated phrases. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
    ),
    Parameter(
        "seed", integer(-1, values=("random", "1", "42")), later("Fix the dice, to repeat a reply."),
        later("The same seed, settings and server often give the same reply; no server promises it."), "sampling",
    ),
    Parameter(
        "logit_bias", bias, later("Favour or forbid single tokens."),
        later("-100 forbids, +100 forces, -1 to 1 nudges."), "sampling",
    ),
    Parameter(
        "stop", stops, later("Texts at which the reply ends."),
        later('Quote blanks and newlines: /stop "\\n\\n" "User:".'), "length",
    ),
    Parameter(
        "max_tokens", integer(1), later("The most tokens of a reply."),
        later("finish_reason is `length` when it cut the reply. Newer OpenAI models want max_completion_tokens."), "length",
    ),
    Parameter(
        "max_completion_tokens", integer(1), later("The same, reasoning included."),
        later("Set this or max_tokens, not both."), "length",
    ),
    Parameter("n", integer(1, 128), later("How many variants to ask for."), later("Each is paid for."), "reply"),
    Parameter("stream", switch, later("Show the reply as it comes (on)."), "", "reply"),
    Parameter("logprobs", switch, later("Ask for log probabilities."), "", "reply"),
    Parameter(
        "top_logprobs", integer(0, 20), later("Alternatives to each token."),
        later("Needs logprobs on."), "reply",
    ),
    Parameter(
        "response_format", response_format, later("Ask for JSON, with or without schema."),
        later("json_object also wants the word JSON in a message."), "reply",
    ),
    Parameter(
        "reasoning_effort", choice("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        later("How long a reasoning model may think."), later("Models take a part of these values."), "reply",
    ),
    Parameter("verbosity", choice("low", "medium", "high"), later("How wordy the reply should be."), "", "reply"),
    Parameter("user", text, later("A name for the end user, for the server's records.")),
    Parameter("safety_identifier", text, later("The later form of user: a stable, hashed id.")),
    Parameter("prompt_cache_key", text, later("Groups requests for the server's prompt cache.")),
    Parameter("service_tier", choice("auto", "default", "flex", "scale", "priority", "fast"), later("Which tier serves the request.")),
    Parameter("store", switch, later("Let the server keep the reply.")),
    Parameter("metadata", json_of(later("a JSON object of texts"), dict), later("Labels kept with a stored reply.")),
    Parameter("stream_options", json_of(later("a JSON object"), dict), later("Options of the stream; usage is asked for unless set.")),
    Parameter("tools", json_of(later("a JSON list of tools"), list), later("Tools that the model may call (zatsudan shows the calls).")),
    Parameter("tool_choice", words_or_object("none", "auto", "required"), later("Which tool the model must call.")),
    Parameter("parallel_tool_calls", switch, later("Let the model call several tools at once.")),
    Parameter("functions", json_of(later("a JSON list of functions"), list), later("The older form of tools.")),
    Parameter("function_call", words_or_object("none", "auto"), later("The older form of tool_choice.")),
    Parameter("modalities", texts, later("Kinds of output: text, audio.")),
    Parameter("audio", json_of(later("a JSON object"), dict), later("Voice and format of audio output.")),
    Parameter("prediction", json_of(later("a JSON object"), dict), later("Text that the reply will largely repeat.")),
    Parameter("web_search_options", json_of(later("a JSON object"), dict), later("Options of the server's web search.")),
    Parameter("moderation", json_of(later("a JSON object"), dict), later("Moderation of input and output.")),
    Parameter("prompt_cache_options", json_of(later("a JSON object"), dict), later("How the server caches the prompt.")),
    Parameter("prompt_cache_retention", choice("in_memory", "24h"), later("How long the server caches the prompt.")),
    Parameter("top_k", integer(-1, values=("1", "20", "40", "100")), later("Choose among this many likeliest tokens."), "", "local"),
    Parameter("min_p", number(0, 1), later("Drop tokens less likely than this share of the likeliest."), "", "local"),
    Parameter("typical_p", number(0, 1), later("Prefer tokens of typical surprise."), "", "local"),
    Parameter("repeat_penalty", number(0, 2), later("Disfavour repeated tokens (llama.cpp, LM Studio); 1 is off."), "", "local"),
    Parameter("repetition_penalty", number(0, 2), later("Disfavour repeated tokens (vLLM, OpenRouter); 1 is off."), "", "local"),
)  # fmt: skip

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}

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
