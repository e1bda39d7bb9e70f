"""A document of YAML as values, read by PyYAML event by event.

Nothing is constructed from what the file says of types: a plain scalar is a
number, true, false or null as in YAML 1.2, and text in
every other case; dates, `yes` and `no` are text. What could make a small file
large or deep is refused: anchors and aliases, tags, nesting beyond `DEEPEST`.
"""

import json
import re
from typing import TYPE_CHECKING

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    from yaml.events import Event, ScalarEvent

    class Mark(Protocol):
        """A place in the text; libyaml and the reader in Python have a class each."""

        @property
        def line(self) -> int:
            """The line, counted from 0."""


#: Blocks within blocks; the sessions of aichat have four.
DEEPEST = 20

_WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}


#: What does not stand in a text of YAML as it is: controls, ends of lines that JSON has not, no characters.
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def scalar(value: Json) -> str:
    """Return a value as one of YAML: as JSON has it, but for halves of characters, of which YAML knows none."""

    def escape(found: re.Match[str]) -> str:
        code = ord(found[0])
        return f"\\u{0xFFFD if 0xD800 <= code < 0xE000 else code:04x}"

    return _ESCAPED.sub(escape, json.dumps(value, ensure_ascii=False))


def parse(text: str) -> Json:
    """Return the value of a document; raises ImportRefused."""
    import yaml  # by far not every file is of this kind

    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start()) + 1
        raise _refused(line, say("U+{code:04X} has to be escaped", code=ord(unprintable[0])))
    # libyaml is twenty times as fast as the reader in Python; both give the same events.
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return _document(yaml.parse(text, loader))
    except yaml.MarkedYAMLError as error:
        what = one_line(str(error.problem or error.context), 80)
        raise _refused(_line(error.problem_mark or error.context_mark), what) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _refused(1, one_line(str(error), 80)) from error


def _document(events: "Iterator[Event]") -> Json:
    from yaml import events as kinds

    value: Json = None
    documents = 0
    for event in events:
        if isinstance(event, kinds.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(_line(event.start_mark), say("a second document begins"))
        elif isinstance(event, kinds.NodeEvent):
            value = _value(events, event, 0)
    return value


def _value(events: "Iterator[Event]", event: "Event", depth: int) -> Json:
    """Return the value that begins with an event, and take its other events."""
    from yaml import events as kinds

    line = _line(event.start_mark)
    if isinstance(event, kinds.AliasEvent) or getattr(event, "anchor", None):
        raise _refused(line, say("anchors and aliases are not read"))
    if getattr(event, "tag", None):
        raise _refused(line, say("tags are not read"))
    if isinstance(event, kinds.ScalarEvent):
        return _scalar(event)
    if depth > DEEPEST:
        raise _refused(line, say("it is nested too deep"))
    if isinstance(event, kinds.SequenceStartEvent):
        items: list[Json] = []
        while not isinstance(item := next(events), kinds.SequenceEndEvent):
            items.append(_value(events, item, depth + 1))
        return items
    values: dict[str, Json] = {}
    while not isinstance(key := next(events), kinds.MappingEndEvent):
        if not isinstance(key, kinds.ScalarEvent):
            raise _refused(_line(key.start_mark), say("a key is no text"))
        if key.value in values:
            twice = say("the key {name} stands there twice", name=one_line(key.value, 40))
            raise _refused(_line(key.start_mark), twice)
        values[key.value] = _value(events, next(events), depth + 1)
    return values


def _scalar(event: "ScalarEvent") -> Json:
    text: str = event.value
    if not event.implicit[0]:
        return text  # in quotes, or a block
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]{1,18}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,2})?", text):
        return float(text)
    return text


def _line(mark: "Mark | None") -> int:
    return mark.line + 1 if mark is not None else 1


def _refused(line: int, what: str) -> ImportRefused:
    return ImportRefused(
        say("Line {line} of the YAML is not understood: {what}.", line=line, what=what),
        say("Is the file as its program wrote it? Then put that value in double quotes."),
    )
