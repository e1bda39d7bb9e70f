"""A request as a value for the writers of programs: no secret stands in it."""

from dataclasses import dataclass

from zatsudan.base.jsonvalues import JsonObject


@dataclass(frozen=True, slots=True)
class Value:
    """A header's or query parameter's value: a text, then an environment variable if one is named."""

    text: str
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a reply. `url` has neither query nor user name.

    `ca_file` names the certificates to trust, if not the system's; `verify`
    False trusts any.
    """

    url: str
    headers: tuple[tuple[str, Value], ...]
    query: tuple[tuple[str, Value], ...]
    body: JsonObject
    ca_file: str = ""
    verify: bool = True

    @property
    def streams(self) -> bool:
        """Whether a stream is asked for: always, unless the body says not."""
        return self.body.get("stream") is not False

    def variables(self) -> list[str]:
        """Return the environment variables that hold its secrets."""
        values = [value for _, value in (*self.headers, *self.query)]
        return list(dict.fromkeys(value.variable for value in values if value.variable))
