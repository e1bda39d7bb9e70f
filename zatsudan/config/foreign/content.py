"""The content of a file that may be a preset: its text, and the fields that it holds."""

from dataclasses import dataclass
from functools import cached_property

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject, loads
from zatsudan.base.language import say
from zatsudan.config import yaml


@dataclass(frozen=True)
class Content:
    """A text, which formats look at in their order; JSON and YAML are parsed when one wants it."""

    text: str

    @property
    def is_json(self) -> bool:
        """Does it begin as JSON does?"""
        return self.text.lstrip()[:1] in ("{", "[")

    @cached_property
    def fields(self) -> JsonObject:
        """The fields of the JSON or YAML; raises ImportRefused for what is neither."""
        value: Json
        if self.is_json:
            try:
                value = loads(self.text)
            except ValueError as error:
                raise ImportRefused(
                    say("The file is no JSON: {reason}.", reason=error),
                    say("Is it whole? Export it once more."),
                ) from None
        else:
            value = yaml.parse(self.text)
        return value if isinstance(value, dict) else {}

    def has(self, *names: str) -> bool:
        """Does it hold all of these fields?"""
        return all(name in self.fields for name in names)

    def has_one(self, *names: str) -> bool:
        """Does it hold one of these fields?"""
        return any(name in self.fields for name in names)
