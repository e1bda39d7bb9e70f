"""What a person does to a talk by hand: messages written, replies changed or begun, messages withheld."""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject, text_field
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line

#: How a message is withheld: it stands in the talk and is not sent; it is out of the talk.
HIDDEN, DELETED = "hidden", "deleted"


class ByHand(NamedTuple):
    """The mark of a message that no model wrote, but a person, or the maker of a character's card.

    `source` is the id of the message in whose place it was written, `` for none; `card` is the
    character whose greeting it is, `` where it is none.
    """

    source: str = ""
    card: str = ""

    def to_json(self) -> JsonObject:
        """Return the mark for the journal."""
        marks: JsonObject = {"from": self.source, "card": self.card}
        return {name: value for name, value in marks.items() if value}

    def said(self) -> Printable:
        """Say it, and from which message it was made."""
        if self.card:
            return say("greeting of {name}", name=one_line(self.card, 40))
        if self.source:
            return say("by hand, from #{id}", id=one_line(self.source, 20))
        return say("by hand")

    @classmethod
    def from_json(cls, value: Json) -> "ByHand | None":
        """Read what `to_json` wrote; None for anything else."""
        if not isinstance(value, dict):
            return None
        return cls(text_field(value, "from"), text_field(value, "card"))


class Begin(NamedTuple):
    """With what a reply is to begin: the next one, or `always` each."""

    text: str
    always: bool = False

    def to_json(self) -> JsonObject:
        """Return its record."""
        return {"type": "begin", "text": self.text, "always": self.always}

    @classmethod
    def from_json(cls, record: Mapping[str, Json]) -> "Begin | None":
        """Read a record; None where no text is given any more."""
        text = text_field(record, "text")
        return cls(text, record.get("always") is True) if text else None
