"""A session to be: what a reader of a foreign file makes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from zatsudan.base.errors import CommandError, ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line
from zatsudan.parameters.table import BY_NAME
from zatsudan.sessions.byhand import HIDDEN
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import ROLES, Message
from zatsudan.wire.thinking import parted

#: What others call the roles.
_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant",
          "gpt": "assistant", "chatgpt": "assistant"}  # fmt: skip
#: Seconds since 1970 that lie behind the year 5000 are milliseconds.
_MILLISECONDS = 1e11

#: Takes a sentence on what a file held and a session cannot.
Note = Callable[[Printable], None]


@dataclass(slots=True)
class Draft:
    """The records of a session but the first. `created` is ISO 8601, or empty where nobody knows.

    `program` is what wrote the file that it is of.
    """

    created: str = ""
    records: list[JsonObject] = field(default_factory=list)
    last: str | None = None
    last_at: str = ""
    program: str = ""
    _count: int = 0
    _system: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no message has been added."""
        return not self._count

    def add(self, message: Message, at: str = "", made: Made | None = None) -> str:
        """Add a message after the last one; return its id."""
        return self.add_after(self.last, message, at, made)

    def add_after(
        self, parent: str | None, message: Message, at: str = "", made: Made | None = None
    ) -> str:
        """Add a message after any other; return its id.

        A thought that stands in the text of a reply, in a model's marks, becomes its reasoning.
        """
        self._count += 1
        message = message._replace(content=_one_line_end(message.content))
        if message.role == "assistant" and isinstance(message.content, str):
            said, thought = parted(message.content)
            if said != message.content and not (made is not None and made.reasoning):
                message = message._replace(content=said)
                made = (made or Made())._replace(reasoning=thought)
        node_id = str(self._count)
        self.records.append(message_record(node_id, parent, message, at, made))
        self.last, self.last_at = node_id, max(self.last_at, at)
        self.created = self.created or at
        return node_id

    def hide(self, node_id: str) -> None:
        """Say that a message stands in the talk and is not sent."""
        self.records.append({"type": "withhold", "id": node_id, "how": HIDDEN})

    def title(self, text: Json) -> None:
        """Name the session."""
        if isinstance(text, str) and text.strip():
            self.records.append({"type": "title", "title": one_line(text, 120)})

    def system(self, text: str) -> None:
        """Set the system message from here on."""
        if text and text != self._system:
            self._system = text
            self.records.append({"type": "system", "content": text})

    def model(self, name: Json, server: str) -> None:
        """Say with which model, and where, the talk was held."""
        if isinstance(name, str) and name:
            self.records.append({"type": "model", "model": name, "server": server})

    def parameters(self, values: Mapping[str, Json]) -> None:
        """Set those of the values that are parameters with a value that they take."""
        for name, value in known(values).items():
            self.records.append({"type": "set", "name": name, "value": value})


def _one_line_end(value: Json) -> Json:
    """Return the value with `\\n` for CR LF, the line end of files from Windows."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, list):
        return [_one_line_end(part) for part in value]
    if isinstance(value, dict):
        return {name: _one_line_end(part) for name, part in value.items()}
    return value


def known(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return those of the values that are parameters with a value that they take."""
    found: dict[str, Json] = {}
    for name, value in values.items():
        row = BY_NAME.get(name)
        if row is None or value is None or row.delivery:
            continue
        try:
            row.check(value, "")
        except CommandError:
            continue
        found[name] = value
    return found


def role_of(value: Json, where: str) -> str:
    """Return the role of a message in the API's form; raises ImportRefused, which names it by `where`."""
    if not isinstance(value, dict):
        raise refused(say("{where} is no message but {kind}.", where=where, kind=kind_of(value)))
    role, content = value.get("role"), value.get("content")
    if isinstance(role, str):
        role = _ROLES.get(role.lower(), role.lower() if role.lower() in ROLES else role)
    if role not in ROLES:
        name = one_line(str(role), 40)
        raise refused(say("{where} has the role {role!r}.", where=where, role=name))
    if not (content is None or isinstance(content, str | list)):
        kind = kind_of(content)
        raise refused(say("The content of {where} is {kind}.", where=where, kind=kind))
    return str(role)


def refused(sentence: Printable) -> ImportRefused:
    """Return the error for a message that is none."""
    return ImportRefused(
        sentence,
        say(
            "A message has a role ({roles}) and a content: text, a list of parts, or null.",
            roles=", ".join(ROLES),
        ),
    )


def kind_of(value: Json) -> Printable:
    """Return what a value is, in words."""
    names: dict[type, str] = {
        bool: later("true or false"),
        str: later("a text"),
        list: later("a list"),
        dict: later("an object"),
        type(None): "null",
    }
    return say(names.get(type(value), later("a number")))


def iso(value: Json) -> str:
    """Return a time as ISO 8601 to the second, in UTC; empty for what is no time.

    A number is seconds since 1970, or milliseconds where they are that many; a text is ISO 8601 (UTC where it does not say).
    """
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value)
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > _MILLISECONDS else value
            when = datetime.fromtimestamp(seconds, UTC)
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    # Not strftime, which writes years before 1000 with fewer than four digits.
    return f"{when.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def text_of(value: Json) -> str:
    """Return a text, or an empty one for what is none."""
    return value if isinstance(value, str) else ""
