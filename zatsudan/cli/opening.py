"""What a session begins with: the settings of config, profile, preset and flags, or an earlier talk."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.config.exposed import warnings
from zatsudan.config.file import read_system
from zatsudan.config.settings import Config, Places
from zatsudan.servers.choice import Server
from zatsudan.sessions.session import Setting
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from zatsudan.commands.parts import Part
    from zatsudan.talk.talk import Talk


def of_config(config: Config, places: Places, server: Server | None) -> list[JsonObject]:
    """Return the records of what config and profile set for every session."""
    records: list[JsonObject] = []
    if config.system:
        records.append({"type": "system", "content": read_system(config.system, places.config)})
    for origin, values in (
        ("config", config.parameters),
        ("profile", server.parameters if server is not None else {}),
    ):
        records += [
            _setting(name.removeprefix("+"), value, origin) for name, value in values.items()
        ]
    return records


def warned(config_file: Path, config: Config, server: Server | None) -> "list[Part]":
    """Return what to know of keys before they are used: who else can read them, in the file or on the way."""
    told = warnings(config_file, config)
    if server is not None:
        from zatsudan.servers.unencrypted import unencrypted

        told.append(unencrypted(server))
    if not any(told):
        return []
    from zatsudan.commands.parts import Line

    return [Line(text, "warn") for text in told if text]


def of_preset(args: Namespace, places: Places) -> list[JsonObject]:
    """Return the records of what the preset sets that the command line names; raises ConfigError."""
    if not args.preset:
        return []
    from zatsudan.config.presetfiles import Presets

    preset = Presets(places.presets).read(args.preset)
    records = [_setting(name, value, "preset") for name, value in preset.parameters.items()]
    if preset.thinking:
        from zatsudan.talk import bystate

        by_state = bystate.of_preset(preset)
        settings = {name: Setting(value, "preset") for name, value in preset.parameters.items()}
        records = [bystate.record_of(by_state)] + [
            _setting(name, each.value, each.origin)
            for name, each in bystate.combined(settings, by_state).items()
        ]
    if preset.system is not None:
        records.append({"type": "system", "content": preset.system})
    if preset.model is not None and not args.model:
        records.append({"type": "model", "model": preset.model, "server": ""})
    return records


def of_character(
    args: Namespace, config: Config, talk: "Talk"
) -> "tuple[list[JsonObject], list[Part]]":
    """Return the record of the character that the command line names, and what is odd in its card.

    Raises ImportRefused.
    """
    if not args.character:
        return [], []
    from zatsudan.base.files import expanded
    from zatsudan.commands.cast import remarks
    from zatsudan.sessions.records import character_record
    from zatsudan.talk.casting import read_character

    path, seed = expanded(args.character), talk.new_id()
    read = read_character(path, config.persona, talk.now(), seed)
    return [character_record(read.character)], remarks(read)


def greeted(chat: Chat, args: Namespace) -> "list[Part]":
    """Let the character that the command line names begin a new talk; return what to show of it."""
    session = chat.talk.session
    if not args.character or session.character is None or session.nodes:
        return []
    from zatsudan.commands.cast import opened
    from zatsudan.talk.casting import greet

    greet(chat.talk)
    return opened(chat)


def of_flags(args: Namespace) -> list[JsonObject]:
    """Return the records of what the command line sets."""
    records: list[JsonObject] = []
    if args.system is not None:
        records.append({"type": "system", "content": read_system(args.system, Path.cwd())})
    if args.model:
        records.append({"type": "model", "model": args.model, "server": ""})
    if args.set:
        from zatsudan.parameters.assignments import read_flag

        for text in args.set:
            records += [_setting(key, value, "flag") for key, value in read_flag(text).items()]
    if args.no_stream:
        records.append(_setting("stream", value=False, origin="flag"))
    return records


def _setting(name: str, value: Json, origin: str) -> JsonObject:
    return {"type": "set", "name": name, "value": value, "origin": origin}


def to_resume(args: Namespace, saved: Path) -> Path | None:
    """Return the journal of the session that is named, or the last; None for none. Raises StoreError."""
    if not args.resume and not args.last:
        return None
    from zatsudan.sessions import shelf

    if args.resume:
        return shelf.find(saved, args.resume).path
    return next((summary.path for summary in shelf.latest(saved)), None)


def overtaken(args: Namespace, last: Path | None) -> "Callable[[], Printable] | None":
    """Return what says whether another session than the `last` should have been gone on with; None if none can.

    The index does not know at once what another program wrote into a journal where it lies.
    """
    if args.resume or not args.last or last is None:
        return None
    try:
        since = last.stat().st_mtime_ns
    except OSError:
        return None

    def look() -> Printable:
        from zatsudan.sessions import shelf

        later = shelf.changed_since(last, since)
        if later is None:
            return EMPTY
        name = one_line(later.name, 40)
        return say("Changed later: /load {id} ({name})", name=name, id=one_line(later.id, 40))

    return look


async def resumed(
    chat: Chat, args: Namespace, path: Path | None, wanted: list[JsonObject]
) -> "list[Part]":
    """Go on with the session of a journal; return what to show of it. Flags stand over what it holds.

    A private talk reads what is saved, and writes nothing.
    """
    if path is None and not args.last:
        return []
    from zatsudan.commands.parts import Line
    from zatsudan.commands.resuming import resume

    if path is None:
        return [Line(say("There is no session to go on with: this is a new one."), "dim")]
    parts = await resume(chat, path)
    for record in wanted:
        chat.talk.record(record)
    return parts
