"""Writing a profile into the config file: an edit of its text, all else kept as it stands.

`tomlkit` keeps comments, order and blanks. The result is read again with the
reader of the start: unless it means exactly what was wanted, nothing is written.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zatsudan.base import files
from zatsudan.base.addresses import normal_url, origin
from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.config import toml
from zatsudan.config.configtext import parse
from zatsudan.config.exposed import secrets_in

if TYPE_CHECKING:
    from tomlkit.items import Item, Key, Table

#: What a profile is made of here; further keys of its table are the person's own.
_OWN = ("base_url", "model", "api_key", "api_key_env", "api_key_command", "api_key_keyring")


def with_profile(text: str, name: str, fields: Mapping[str, str], *, default: bool) -> str:
    """Return the config's text with a profile put in or replaced; empty fields are left out.

    Without fields only the default is set. What else the profile's table holds is kept
    as long as its server stays the same: headers and parameters are not for another.
    Raises ConfigError where that cannot be done by an edit of the text.
    """
    from tomlkit.exceptions import TOMLKitError  # needed by who writes a profile alone

    wanted = toml.read(text)
    profiles = wanted.get("profiles", {})
    written = {key: value for key, value in fields.items() if value}
    kept = _kept(profiles.get(name, {}), fields["base_url"]) if fields else {}
    if fields:
        wanted["profiles"] = {**profiles, name: {**kept, **written}}
    if default:
        wanted["profile"] = name
    # tomlkit ends the lines that it makes with \n.
    crlf = 0 < text.count("\n") == text.count("\r\n")
    edited = text.replace("\r\n", "\n") if crlf else text
    try:
        if fields:
            edited = _put(edited, name, written, whole=not kept)
        if default:
            edited = _set_default(edited, name)
        right = tomllib.loads(edited) == wanted
    except (TOMLKitError, ValueError, LookupError, RecursionError):
        right = False  # tomlkit trips over a table in several pieces, and over deep nesting
    if not right:
        raise ConfigError(
            say(
                "The config file is written so that {name} cannot be put into it.",
                name=one_line(name, 60),
            ),
            say("Choose another name, or write it there by hand."),
        )
    return edited.replace("\n", "\r\n") if crlf else edited


def _kept(table: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    try:
        same = origin(normal_url(table.get("base_url", ""))) == origin(normal_url(base_url))
    except ConfigError:
        same = False
    return {key: value for key, value in table.items() if key not in _OWN} if same else {}


def _put(text: str, name: str, fields: Mapping[str, str], *, whole: bool) -> str:
    """Put a profile's keys into its table, or a table behind all; `whole`: no other key of the old one stays."""
    import tomlkit
    from tomlkit.items import InlineTable, Table

    document = tomlkit.parse(text)
    profiles: Any = document.get("profiles", {})
    if name not in profiles and not isinstance(profiles, InlineTable):
        gap = ("" if text.endswith("\n") else "\n") + "\n" if text.strip() else ""
        return text + gap + tomlkit.dumps({"profiles": {name: fields}})
    table = profiles.setdefault(name, {})
    if whole and not isinstance(table, Table | InlineTable):  # one in several pieces
        del profiles[name]
        return _put(document.as_string(), name, fields, whole=True)
    behind = _cut_comments(table) if whole and isinstance(table, Table) else []
    for key in list(table):
        if key in fields:
            table[key] = fields[key]
        elif whole or key in _OWN:
            del table[key]
    added = {key: value for key, value in fields.items() if key not in table}
    if isinstance(table, Table):
        rest = _cut_rest(table)
        table.update(added)
        for old, item in (*rest, *((None, item) for item in behind)):
            indent = item.trivia.indent if isinstance(item, Table) else None
            table.value.append(old, item)
            if indent is not None:
                item.trivia.indent = indent  # no blank line before a table that had none
    else:
        table.update(added)
    return document.as_string()


def _cut_comments(table: "Table") -> "list[Item]":
    """Take the comments and blanks behind a table's last sub-table out: they are of what follows it."""
    from tomlkit.items import Table

    last, body = table, table.value.body
    while body and isinstance(body[-1][1], Table):
        last, body = body[-1][1], body[-1][1].value.body
    cut: list[Item] = []
    while last is not table and body and body[-1][0] is None:
        cut.insert(0, body.pop()[1])
    return cut


def _cut_rest(table: "Table") -> "list[tuple[Key | None, Item]]":
    """Take out what stands behind the last key of ours, so that new ones get their place there."""
    from tomlkit.items import Null

    body = table.value.body
    ours = [at for at, (key, _) in enumerate(body) if key is not None and key.key in _OWN]
    at = ours[-1] + 1 if ours else 0
    rest = [(key, item) for key, item in body[at:] if not isinstance(item, Null)]
    for key, _ in rest:
        if key is not None:
            table.value.remove(key)
    del body[at:]
    return rest


def _set_default(text: str, name: str) -> str:
    """Set `profile` in its place, or before everything."""
    import tomlkit

    document = tomlkit.parse(text)
    if "profile" in document:
        document["profile"] = name
        return document.as_string()
    return tomlkit.dumps({"profile": name}) + ("\n" + text if text else "")


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
                why=files.reason(error),
            ),
            say("Is the directory yours, and is there room?"),
        ) from error
