"""Puts the parts of a talk together as the arguments ask, and starts it on the screen that fits."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from zatsudan.base.jsonvalues import JsonObject
    from zatsudan.commands.parts import Part
    from zatsudan.config.settings import Config, Places
    from zatsudan.servers.choice import Wishes
    from zatsudan.servers.discovery import Finder
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.entered import Entered
    from zatsudan.talk.talk import Talk
    from zatsudan.terminal.plain.terminal import PlainTerminal


def run(args: "Namespace") -> int:
    """Talk, or send one message, and return the exit code.

    A failure before the talk raises ZatsudanError, and is an object too where --json is given.
    """
    from zatsudan.base.errors import ZatsudanError

    try:
        return _prepared(args)
    except ZatsudanError as error:
        if args.json or args.stream:
            from zatsudan.cli.asjson import write_error

            write_error(error, sys.stdout)
        raise


def _prepared(args: "Namespace") -> int:
    from zatsudan.base import languages
    from zatsudan.cli.arguments import message
    from zatsudan.config.file import load
    from zatsudan.config.settings import platform_places
    from zatsudan.servers import choice

    places = platform_places()
    config = load(_config_file(args, places))
    if config.screen.language != "auto":
        languages.speak(languages.choose(config.screen.language, os.environ))
    local = args.local or bool(args.gguf)
    wishes = choice.Wishes(args.base_url, args.model, args.profile, args.api_key_env, local)
    if args.gguf:
        from zatsudan.servers.engine.modelfile import with_model

        aloud = args.plain or config.screen.read_aloud(os.environ)
        config = with_model(config, args.gguf, places, choice.environment(), aloud=aloud)
    if args.setup:
        _check_setup(args)
    piped = not sys.stdin.isatty()
    given = ""
    if piped:
        from zatsudan.cli.pipedin import piped_in  # seldom is anything

        given = piped_in().strip()
    line = message(args, given)
    if not line.text:
        _check_silence(args, piped=piped)
    import asyncio

    return asyncio.run(_talk(args, places, config, wishes, line))


def _check_silence(args: "Namespace", *, piped: bool) -> None:
    """Raise CommandError where there is no message and one is needed."""
    from zatsudan.base.errors import CommandError
    from zatsudan.base.language import say

    if piped:
        raise CommandError(
            say("Nothing to send came on standard input."), say("Name a message, or pipe one in.")
        )
    if args.json or args.stream:
        flag = "--json" if args.json else "--stream json"
        raise CommandError(
            say("{flag} needs a message.", flag=flag),
            say('Write zatsudan {flag} "a question", or pipe one in.', flag=flag),
        )


def _check_setup(args: "Namespace") -> None:
    """Refuse questions that nobody could answer; raises ConfigError."""
    from zatsudan.base.errors import ConfigError
    from zatsudan.base.language import say

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError(
            say("--setup asks questions, and there is no terminal to ask them in."),
            say("Start it in one, or write a profile into the config file."),
        )
    if args.message or args.words or args.resume == "":
        raise ConfigError(
            say("--setup begins with its questions."), say("Leave out the message and --resume.")
        )


def _config_file(args: "Namespace", places: "Places") -> "Path":
    """Return the config file; raises ConfigError if the one that was named is not there."""
    if not args.config:
        return places.config_file
    from zatsudan.base.errors import ConfigError
    from zatsudan.base.files import expanded
    from zatsudan.base.language import say

    path = expanded(args.config)
    if not path.exists():
        raise ConfigError(
            say("There is no config file {name}.", name=args.config),
            say("Name one that is there, or leave --config out."),
        )
    return path


async def _talk(
    args: "Namespace",
    places: "Places",
    config: "Config",
    wishes: "Wishes",
    line: "Entered",
) -> int:
    from zatsudan.base.console import described, takes_sequences
    from zatsudan.base.errors import StoreError
    from zatsudan.base.language import say
    from zatsudan.cli import exits, garbage, opening
    from zatsudan.commands import COMMANDS
    from zatsudan.servers import choice
    from zatsudan.servers.discovery import Finder
    from zatsudan.talk.talk import Talk

    environ = choice.environment()
    server = choice.choose(wishes, environ, config)
    wanted = [*opening.of_preset(args, places), *opening.of_flags(args)]
    notes = opening.warned(_config_file(args, places), config, server)
    start = opening.of_config(config, places, server)
    finder = Finder(
        wishes,
        environ,
        config,
        _wire_log(args.log),
        config_file=None if args.private else _config_file(args, places),
        models=places.models,
    )
    talk = Talk(None if args.private else places.sessions, start=lambda: list(start), config=config)
    played, odd = opening.of_character(args, config, talk)
    wanted += played
    start += wanted
    chat = _chat(talk, finder, config, places, private=args.private)
    chat.talk.new()
    try:
        path = opening.to_resume(args, places.sessions)

        async def first(*, greeting: bool = True) -> "list[Part]":
            resumed = await opening.resumed(chat, args, path, wanted)
            greeted = opening.greeted(chat, args)
            return [*notes, *odd, *resumed, *(greeted if greeting else ())]

        choose = args.resume == "" and not args.last
        if choose and wanted:
            raise StoreError(
                say("Flags that change a session need its name."),
                say("Write --resume NAME, or set them in the chat."),
            )
        aloud = args.plain or config.screen.read_aloud(os.environ)
        plainly = not takes_sequences(sys.stdout, environ)
        if choose and (line.text or (plainly and not sys.stdin.isatty())):
            raise StoreError(
                say("There is no screen here to choose a session on."),
                say("Write --resume NAME; zatsudan sessions lists them."),
            )
        if line.text:
            from zatsudan.cli.oneshot import answer

            garbage.started()
            return await answer(chat, line, args, await first(greeting=False))
        command = "/connect" if args.setup else "/sessions" if choose else ""
        if aloud or plainly:
            plain = _plain(chat, finder, aloud=aloud)
            garbage.started()
            await plain.run(await first(), command)
            return exits.READER_GONE if plain.output.gone else exits.OK
        from zatsudan.terminal.live.program import LiveTerminal

        live = LiveTerminal(
            chat,
            COMMANDS,
            environ=described(os.environ),
            history=places.history if config.screen.history and not args.private else None,
            screen=config.screen,
        )
        finder.progress = live.progress
        garbage.started()
        overtaken = opening.overtaken(args, path)
        number = await live.run(first, command, before=args.setup, behind=overtaken)
        return 128 + number if number else exits.OK
    finally:
        await chat.aclose()
        await finder.aclose()


def _plain(chat: "Chat", finder: "Finder", *, aloud: bool) -> "PlainTerminal":
    """Return what writes text as it comes, or whole sentences to be read aloud."""
    from zatsudan.commands import COMMANDS

    if aloud:
        from zatsudan.terminal.plain.aloud import AloudTerminal

        terminal = AloudTerminal(chat, COMMANDS)
        finder.progress = terminal.progress
        return terminal
    from zatsudan.terminal.plain.terminal import PlainTerminal

    return PlainTerminal(chat, COMMANDS)


def _wire_log(name: str) -> "Callable[[JsonObject], None] | None":
    if not name:
        return None
    from zatsudan.base.files import expanded
    from zatsudan.servers.wirelog import wire_log

    return wire_log(expanded(name))


def _chat(
    talk: "Talk", finder: "Finder", config: "Config", places: "Places", *, private: bool
) -> "Chat":
    """Return a talk over a link; a private one keeps nothing of what is learned of servers."""
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.link import Link

    link = Link(
        finder,
        catalogue=None if private else places.cache / "models.json",
        learned=None if private else places.state / "learned.json",
    )
    findings = None if private else places.state / "findings.json"
    return Chat(config, talk, link, findings=findings, presets=places.presets, finder=finder)
