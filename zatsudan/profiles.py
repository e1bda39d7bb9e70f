"""Writing a profile into the config file: an edit of its text, all else kept as it stands.

The text is cut into TOML's statements, the few that matter are put in or
replaced, and the result is read again: unless it means exactly what was
wanted, nothing is written.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zatsudan import files
from zatsudan.configfile import parse, secrets_in
from zatsudan.core.addresses import normal_url, origin
from zatsudan.core.errors import ConfigError
from zatsudan.core.language import say
from zatsudan.core.printable import one_line
from zatsudan.presets import toml_key, toml_text

#: What a profile is made of here; further keys of its table are the person's own.
_OWN = ("base_url", "model", "api_key", "api_key_env", "api_key_command", "api_key_keyring")


@dataclass(frozen=True, slots=True)
class _Statement:
    """Some whole lines: a header, a key with its value, or neither (blank, comment)."""

    text: str
    path: tuple[str, ...] = ()
    header: bool = False


def with_profile(text: str, name: str, fields: Mapping[str, str], *, default: bool) -> str:
    """Return the config's text with a profile put in or replaced; empty fields are left out.

    Without fields only the default is set. What else the profile's table holds is kept
    as long as its server stays the same: headers and parameters are not for another.
    Raises ConfigError where that cannot be done by an edit of the text.
    """
    statements = list(_statements(text))
    newline = "\r\n" if "\r\n" in text else "\n"
    before = tomllib.loads(text)
    wanted = dict(before)
    if fields:
        kept = _kept(before, name, fields["base_url"])
        profile = {**kept, **{key: value for key, value in fields.items() if value}}
        wanted["profiles"] = {**before.get("profiles", {}), name: profile}
        statements = _put(statements, name, fields, newline, whole=not kept)
    if default:
        wanted["profile"] = name
        statements = _set_default(statements, name, newline)
    edited = "".join(statement.text for statement in statements)
    try:
        right = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        raise ConfigError(
            say(
                "The config file is written so that {name} cannot be put into it.",
                name=one_line(name, 60),
            ),
            say("Choose another name, or write it there by hand."),
        )
    return edited


def _kept(before: Mapping[str, Any], name: str, base_url: str) -> dict[str, Any]:
    table = before.get("profiles", {}).get(name, {})
    try:
        same = origin(normal_url(table.get("base_url", ""))) == origin(normal_url(base_url))
    except ConfigError:
        same = False
    return {key: value for key, value in table.items() if key not in _OWN} if same else {}


def _statements(text: str) -> Iterator[_Statement]:
    """Cut a valid file into statements: the fewest lines that are TOML by themselves."""
    piece = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        piece += line
        try:
            value = tomllib.loads(piece)
        except tomllib.TOMLDecodeError:
            continue  # a value of several lines
        header = piece.lstrip(" \t").startswith("[")
        yield _Statement(piece, _path(value, header=header), header)
        piece = ""
    if piece:
        yield _Statement(piece)


def _path(value: Any, *, header: bool) -> tuple[str, ...]:
    """Return the key of a statement; of a dotted key with a table as its value no more than needed."""
    path = []
    while isinstance(value, dict) and len(value) == 1:
        key, value = next(iter(value.items()))
        path.append(key)
        if not header and not isinstance(value, dict):
            break
    return tuple(path)


def _put(
    statements: list[_Statement],
    name: str,
    fields: Mapping[str, str],
    newline: str,
    *,
    whole: bool,
) -> list[_Statement]:
    """Replace the lines of a profile's table, or append one; `whole`: nothing of the old one stays."""
    lines = [
        _Statement(f"{key} = {toml_text(value)}{newline}") for key, value in fields.items() if value
    ]
    table = ("profiles", name)
    result: list[_Statement] = []
    inside: tuple[str, ...] = ()
    found = False
    for statement in statements:
        if statement.header:
            inside = statement.path
            if inside == table:
                found = True
                ended = (
                    statement.text if statement.text.endswith("\n") else statement.text + newline
                )
                result += [_Statement(ended, inside, header=True), *lines]
                continue
        old = inside[:2] == table and bool(statement.path)
        if old and (whole or (inside == table and statement.path[0] in _OWN)):
            continue
        result.append(statement)
    if found:
        return result
    last = result[-1].text if result else newline
    gap = ("" if last.endswith("\n") else newline) + (newline if last.strip() else "")
    head = f"{gap}[profiles.{toml_key(name)}]{newline}"
    return [*result, _Statement(head), *lines]


def _set_default(statements: list[_Statement], name: str, newline: str) -> list[_Statement]:
    """Put `profile = NAME` in the place of the old one, or behind the keys that stand before all tables."""
    new = f"profile = {toml_text(name)}"
    first = next((at for at, one in enumerate(statements) if one.header), len(statements))
    for at, statement in enumerate(statements[:first]):
        if statement.path == ("profile",):
            comment = _comment(statement.text)
            return [*statements[:at], _Statement(new + comment), *statements[at + 1 :]]
    keys = [at for at, one in enumerate(statements[:first]) if one.path]
    if not keys:
        gap = newline if statements else ""
        return [_Statement(new + newline + gap), *statements]
    at = keys[-1] + 1
    behind = "" if statements[at - 1].text.endswith("\n") else newline
    return [*statements[:at], _Statement(behind + new + newline), *statements[at:]]


def _comment(text: str) -> str:
    """Return what stands behind the value of a statement: blanks, a comment, the line's end."""
    for at in (found.start() for found in re.finditer(r"[ \t]*(#|\r?\n)|$", text)):
        try:
            tomllib.loads(text[:at])
        except tomllib.TOMLDecodeError:
            continue  # a # inside the name
        return text[at:]
    return ""


def save(path: Path, name: str, fields: Mapping[str, str], *, default: bool) -> None:
    """Put a profile into the config file; raises ConfigError and then leaves it as it was.

    A file that holds a key or password is for its owner only from its first byte on.
    """
    try:
        path = path.resolve()  # a link stays one
        there = path.exists()
        text = files.read(path, files.TEXT_BYTES).decode("utf-8") if there else ""
        mode = path.stat().st_mode & 0o777 if there else 0o600
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            say("{path} cannot be read: {why}.", path=path, why=error),
            say("Mend it, then try again."),
        ) from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    parse(text.removeprefix(mark), str(path))  # what is broken is not edited
    edited = with_profile(text.removeprefix(mark), name, fields, default=default)
    parsed = parse(edited, str(path))
    if secrets_in(parsed):
        mode &= 0o600
    try:
        files.replace(path, (mark + edited).encode("utf-8"), mode=mode, durable=True)
    except OSError as error:
        raise ConfigError(
            say(
                "The profile cannot be written to {path} ({why}).",
                path=path,
                why=error.strerror or error,
            ),
            say("Is the directory yours, and is there room?"),
        ) from error
