"""Reading settings from what was typed: `temperature 0.2`, `top_p=0.9`, `+field VALUE`."""

from collections.abc import Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.base.secrets import names_key
from zatsudan.base.words import Word, split
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import ALIASES, BY_NAME, Find, find, named
from zatsudan.parameters.values import read_json

#: What to do instead of setting a field that makes the request.
HOW_TO_STEER = later("What you write is sent, /model chooses the model and /connect the server.")


def read_assignments(
    words: Sequence[Word],
    current: dict[str, Json],
    *,
    force: bool = False,
    find: Find = find,
) -> dict[str, Json]:
    """Read `temperature 0.2 top_p 0.9`, `temp=0.2 stop="\\n"`, `+top_k 40`.

    A name with `+` takes any field and a JSON value (text if it is no JSON). `find` finds the
    rows as they are at a server. Raises CommandError.
    """
    values: dict[str, Json] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.name is not None and (word.value or word.quoted):
            name, taken = word.name, [Word(word.value, quoted=word.quoted)]
            many = _is_many(name)
        else:
            name, taken = word.name or word.text, []
            many = _is_many(name)
            if len(rest) > 1 and rest[0] == Word("="):  # it stands between, as in a config file
                rest.pop(0)
            if not rest:
                raise CommandError(
                    say("{name} needs a value.", name=name[:40]),
                    say("Write /set {name} VALUE, or /unset {name}.", name=name[:40]),
                )
            taken.append(rest.pop(0))
        own = find(name).kind.values if many else ()
        while (
            many
            and rest
            and rest[0].name is None
            # What is a value of this one begins no other, though samplers are called like parameters.
            and (
                rest[0].quoted
                or rest[0].text in own
                or not _names_one(rest[0].text)
                or (name == "samplers" and taken[-1].text.endswith((",", ";")))
            )
        ):
            taken.append(rest.pop(0))
        if name.startswith("+"):
            _refuse_key(name[1:])
            values[name[1:]] = free_value(name[1:], taken)
        else:
            row = find(name)
            if rest and not row.kind.many and not taken[-1].quoted:
                taken[-1] = Word(taken[-1].text.removesuffix(","))  # `temperature=0.2, top_p=0.9`
            values[row.name] = row.read(taken, current.get(row.name), force=force)
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
            # What some server takes: which one it will be is not known yet.
            row = find(name).at(wide=True)
            found[row.name] = row.read(words)
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
    row = named(name)
    return row is not None and row.kind.many


def _names_one(text: str) -> bool:
    return text in BY_NAME or text in ALIASES or text.startswith("+")


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


def _free(words: Sequence[Word]) -> Json:
    typed = " ".join(word.text for word in words)
    if len(words) == 1 and words[0].quoted:
        return typed
    try:
        return read_json(typed)
    except ValueError:
        return typed
