"""Connecting a server by questions: which one, its key, its model, its name.

Questions and what follows from an answer are values; whoever shows them is not
known here. Nothing is written before the last answer, and a key stands nowhere
but in the request and in the config file.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_near, normal_url, shown_url
from zatsudan.base.errors import ApiError, ConfigError, ConnectionFailed, StatusError, ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.quantities import describe_seconds
from zatsudan.base.secrets import HIDDEN
from zatsudan.commands.asking import Question
from zatsudan.commands.connecting import questions
from zatsudan.commands.connecting.answers import Answers, read_key
from zatsudan.commands.connecting.reconnect import connect_to, first_word, nothing, offer
from zatsudan.commands.connecting.saving import save
from zatsudan.commands.outcomes import Ask, Outcome, Work
from zatsudan.commands.parts import Line, Part
from zatsudan.config.settings import EMBEDDED
from zatsudan.servers.choice import Server
from zatsudan.servers.discovery import Finder
from zatsudan.servers.engine.embedded import has_engine
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import OFFERED, UNKNOWN
from zatsudan.servers.unencrypted import unencrypted
from zatsudan.talk.chat import Chat
from zatsudan.wire.models import Model

if TYPE_CHECKING:
    from zatsudan.servers.nearby import Found

_NAME = re.compile(r"\w[\w.-]{0,59}")


class Setup:
    """The questions, one after the other, for one chat."""

    def __init__(self, chat: Chat, finder: Finder) -> None:
        self._chat = chat
        self._finder = finder
        self._answers = Answers()
        self._running: list[Found] = []

    def begin(self) -> Outcome:
        """Look for servers, then ask for one."""
        return Work((), self._look)

    async def _look(self, tell: Callable[[Printable], None]) -> Outcome:
        tell(say("looking for servers on this machine"))
        self._running = await self._finder.running()
        return self.which()

    # --- 1: which server --------------------------------------------------

    def which(self, *notes: Part) -> Ask:
        """Ask for the server."""
        if not has_engine():
            embedded = say("not installed: pip install 'zatsudan[local]'")
        elif self._finder.has_model:
            embedded = say("small, on this machine")
        else:
            embedded = say("its model is to be fetched first")
        return self._ask(questions.which(self._running, embedded), self._which, *notes)

    async def _which(self, answer: str) -> Outcome:
        if answer == EMBEDDED:
            return self._embedded()
        if answer == questions.OTHER:
            return self._ask(questions.address(), self._which)
        known = next((known for known in OFFERED if known.name == answer), None)
        try:
            url = self._address(known) if known is not None else normal_url(answer)
        except ConfigError as error:
            return self.which(*_said(error))
        self._answers = Answers(known or UNKNOWN, url)
        if known is not None and not known.key:
            return self._list()
        if known is None and is_near(urlsplit(url).hostname or ""):
            # A server of a private network seldom wants a key: it says so if it does.
            return self._list()
        return self.key()

    def _address(self, known: ServerKind) -> str:
        """Return where a server of a kind is: where it was found, else where it usually is."""
        here = (one.server.base_url for one in self._running if one.server.name == known.name)
        return next(here, known.url)

    # --- 2: its key -------------------------------------------------------

    def key(self, *notes: Part) -> Ask:
        """Ask for the key."""
        question = questions.key(self._answers.known.key, self._finder.environ)
        # A key that could be read on the way: said before it is typed.
        warning = unencrypted(Server("", self._answers.url, api_key=HIDDEN))
        risk = (Line(warning, "warn"),) if warning else ()
        return self._ask(question, self._key, *(notes or (self._where,)), *risk)

    async def _key(self, answer: str) -> Outcome:
        try:
            key, variable = read_key(answer)
        except ConfigError as error:
            return self.key(*_said(error))
        if variable and not self._finder.environ.get(variable):
            return self.key(
                Line(say("{name} is not set here.", name=one_line(variable, 60)), "warn"),
                Line(say("Type the key itself, or leave with Esc and set it first."), "dim"),
            )
        self._answers = replace(self._answers, key=key, key_env=variable)
        return self._try() if self._answers.model else self._list()

    # --- 3: the model -----------------------------------------------------

    def _list(self) -> Work:
        return Work((), self._listed)

    async def _listed(self, tell: Callable[[Printable], None]) -> Outcome:
        tell(say("asking {name} for its models", name=self._answers.label))
        client = self._finder.client(self._server())
        try:
            models = await client.models()
        except ConnectionFailed as error:
            return self._mend(error)
        except ApiError as error:
            if not isinstance(error, StatusError) or error.status not in (401, 403):
                return self.model([])  # many a server has no list
            if self._answers.key or self._answers.key_env:
                return self._mend(error)
            return self.key(Line(say("This server wants a key."), "warn"))
        finally:
            await client.aclose()
        return self.model(models)

    def model(self, models: list[Model]) -> Ask:
        """Ask for the model."""
        return self._ask(questions.model(models), self._model, self._where)

    async def _model(self, answer: str) -> Outcome:
        self._answers = replace(self._answers, model=answer)
        return self._try()

    # --- does it answer? --------------------------------------------------

    def _try(self) -> Work:
        return Work((), self._tried)

    async def _tried(self, tell: Callable[[Printable], None]) -> Outcome:
        model = self._answers.model
        tell(say("asking {model} for a word · Ctrl-C stops", model=one_line(model, 40)))
        try:
            seconds = await first_word(self._finder.client(self._server()), model, time.monotonic)
        except ZatsudanError as error:
            return self._mend(error)
        return self._named(
            Line(
                say(
                    "{model} answers: the first word came after {time}.",
                    model=one_line(model, 60),
                    time=describe_seconds(seconds),
                ),
                "good",
            )
        )

    def _mend(self, error: ZatsudanError) -> Ask:
        """Ask which answer was wrong, the likely one first."""
        question = questions.mend(error, self._answers)
        return self._ask(question, self._mended, Line(error.sentence, "warn"))

    async def _mended(self, answer: str) -> Outcome:
        if answer == questions.KEY:
            return self.key()
        if answer == questions.MODEL:
            self._answers = replace(self._answers, model="")
            return self._list()
        if answer == questions.SERVER:
            return self.which()
        if answer == questions.KEEP:
            return self._named()
        return self._try() if self._answers.model else self._list()

    # --- 4: its name, and whether it is the default -----------------------

    def _named(self, *notes: Part) -> Outcome:
        if self._finder.config_file is None:
            return Work(notes, self._go)
        return self.name(*notes)

    def name(self, *notes: Part) -> Ask:
        """Ask what the profile is called."""
        question = questions.name(self._answers, self._finder.config)
        return self._ask(question, self._name, *notes)

    async def _name(self, answer: str) -> Outcome:
        if not _NAME.fullmatch(answer) or answer == EMBEDDED:
            return self.name(
                Line(say("It cannot be called {name}.", name=one_line(answer, 40)), "warn"),
                Line(say("Use letters, digits, - and _; local is the embedded model."), "dim"),
            )
        if answer in self._finder.config.profiles:
            return self._default(
                answer, Line(say("The profile {name} is replaced.", name=answer), "dim")
            )
        return self._default(answer)

    def _default(self, name: str, *notes: Part) -> Ask:
        question = questions.default(name, self._finder.config.profile)

        async def answered(answer: str) -> Outcome:
            return Work((), lambda _: self._write(name, default=answer == questions.YES))

        return self._ask(question, answered, *notes)

    # --- at the end -------------------------------------------------------

    async def _write(self, name: str, *, default: bool) -> Outcome:
        """Write the profile, and let the talk go on with it."""
        fields = self._answers.fields() if name != EMBEDDED else {}
        lines = save(self._finder, name, fields, default=default)
        if lines:
            self._chat.config = self._finder.config
        if name == EMBEDDED:
            return await self._go(lambda _: None, *lines)
        return await connect_to(self._chat, self._finder, self._server(name), *lines)

    async def _go(self, _tell: Callable[[Printable], None], *lines: Part) -> Outcome:
        server = None if self._answers.known.name == EMBEDDED else self._server()
        return await connect_to(self._chat, self._finder, server, *lines)

    # --- the embedded model -----------------------------------------------

    def _embedded(self) -> Outcome:
        self._answers = Answers(ServerKind(EMBEDDED, EMBEDDED))
        if not has_engine():
            return self.which(
                Line(say("The embedded engine is not installed."), "warn"),
                Line(say("pip install 'zatsudan[local]' installs it."), "dim"),
            )
        if self._finder.has_model:
            return self._embedded_default()
        return offer(self._finder, self._embedded_default)

    def _embedded_default(self) -> Outcome:
        if self._finder.config_file is None or self._finder.config.profile == EMBEDDED:
            return Work((), self._go)
        return self._default(EMBEDDED)

    # --- what is told -----------------------------------------------------

    @property
    def _where(self) -> Line:
        """The server as far as it has been answered."""
        answers, parts = self._answers, []
        if answers.key_env:
            parts = [say("key from ${name}", name=answers.key_env)]
        elif answers.key:
            parts = [say("key typed")]
        name = f"{answers.known.label}: " if answers.known.label else ""
        address = f"{name}{shown_url(answers.url)}"
        return Line(printable(" · ".join([one_line(address), *parts])), "dim")

    def _server(self, name: str = "") -> Server:
        name = name or self._answers.name
        written = self._finder.config.profiles.get(name)
        return self._answers.server(name, written, self._finder.environ)

    @staticmethod
    def _ask(
        question: Question, answered: Callable[[str], Awaitable[Outcome]], *notes: Part
    ) -> Ask:
        return Ask(question, answered, notes, (nothing(),))


def _said(error: ZatsudanError) -> tuple[Part, ...]:
    return Line(error.sentence, "warn"), Line(error.advice, "dim")
