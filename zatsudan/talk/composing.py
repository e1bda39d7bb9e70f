"""The request of a turn: in which form it goes on, whether it fits, and what is said of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from zatsudan.base.errors import TooLong
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.parameters.values import drawn
from zatsudan.servers import thinkforms
from zatsudan.servers.prefill import NONE
from zatsudan.sessions.session import Node
from zatsudan.talk.continuing import find_form, refusal
from zatsudan.talk.fitting import fits
from zatsudan.talk.link import Link
from zatsudan.talk.request import Composed, compose
from zatsudan.talk.talk import Talk
from zatsudan.talk.thinkingform import known_form
from zatsudan.talk.thought import BY_WORDS, Thought

if TYPE_CHECKING:
    from zatsudan.talk.banning import Guard, Leg

#: The parameter that names phrases (talk/banning.py, which is imported where one is set).
BANNED = "banned_strings"

OnNote = Callable[[Printable], None]


class Composing:
    """What a turn asks for, and the requests that come of it.

    `parameters` are those that are sent.
    `guard` watches for banned phrases, where the server does not.
    """

    def __init__(
        self,
        talk: Talk,
        link: Link,
        parent: Node,
        parameters: Mapping[str, Json],
        *,
        prefix: str,
        asking: bool,
        system: str | None,
        anyway: bool,
        begun: bool,
    ) -> None:
        """See `Turn` for what these are."""
        self._talk = talk
        self._link = link
        self._parent = parent
        self.parameters = drawn(parameters)
        self._prefix = prefix
        self._asking = asking
        self._system = system
        self._anyway = anyway
        self._begun = begun
        self.guard: Guard | None = None
        self._form = ""

    async def next(
        self, model: str, thought: Thought, on_note: OnNote, *, refused: bool = False
    ) -> Composed:
        """Return the request to a model, behind the `thought` where that is to be ended.

        `on_note` gets what the person should know of it. `refused`: the server has had it already
        and found it too long. Raises ZatsudanError.
        """
        if self.parameters.get(BANNED):
            await self._watch_phrases(model, on_note)
        given = self._prefix or thought.given
        form = NONE if thought.how == BY_WORDS else ""
        form = form or (await find_form(self._link, model) if given else "")
        if thought.given:
            self._behind_thought(model, thought, form, on_note)
        elif form == NONE and not self._asking:
            raise refusal(model, begun=self._begun)
        elif form == NONE:
            on_note(
                say("{model} takes no prefill here: it is asked in words to go on.", model=model)
            )
        elif form and self._asking:
            on_note(say("Going on from where it stopped (prefill)."))
        try:
            composed = self._composed(model, form, thought.given)
        except TooLong:
            # Where the server has refused it already, that was its count.
            if refused or not await self._fits(model, form, thought.given):
                raise
            composed = self._composed(model, form, thought.given, anyway=True)
        if self._begun:
            composed.told["begun"] = True
        self._tell_unanswered(on_note)
        return composed

    def leg(self, model: str, leg: "Leg", deltas: int) -> Composed:
        """Return the request that goes on from before a banned phrase, `deltas` after the begin."""
        return compose(
            self._talk,
            self._link,
            model,
            self._parent.id,
            leg.over(self.parameters, deltas),
            prefix=leg.given,
            form=self._form if leg.given else "",
            system=self._system,
            anyway=True,
        )

    async def _watch_phrases(self, model: str, on_note: OnNote) -> None:
        """Watch for banned phrases where the server does not; say where that is impossible."""
        from zatsudan.talk.banning import Guard, phrases_of

        phrases = phrases_of(self._link, self.parameters)
        self._form = await find_form(self._link, model) if phrases else ""
        self.guard = Guard(phrases, self._prefix) if phrases and self._form != NONE else None
        if self._form == NONE:
            on_note(
                say(
                    "{model} takes no prefill here: banned phrases are not kept out.",
                    model=one_line(model, 60),
                )
            )

    def _tell_unanswered(self, on_note: OnNote) -> None:
        """Say how many calls right before the message are not sent, since nobody answered them."""
        before = self._parent.parent
        if before is None or not self._talk.session.nodes[before].message.extra:
            return
        from zatsudan.sessions.calls import waiting

        left = waiting(self._talk.session, before)
        if left is not None and self._parent.message.role not in ("tool", "function"):
            on_note(
                say_count(
                    "{n} call has no answer: it is not sent.",
                    "{n} calls have no answer: they are not sent.",
                    len(left.open),
                )
            )

    def _behind_thought(self, model: str, thought: Thought, form: str, on_note: OnNote) -> None:
        """Say how the thought is ended; asked in words, the model is not to think anew."""
        if form == NONE:
            thought.how = BY_WORDS
            switch = known_form(self._link, model)
            if switch in thinkforms.FORMS:
                self.parameters = thinkforms.changed(self.parameters, False, switch)
        on_note(thought.note())

    async def _fits(self, model: str, form: str, thought: str) -> bool:
        """Ask the server's own tokenizer about what is too long by the estimate; raises TooLong by its count."""
        window = self._composed(model, form, thought, anyway=True).window
        client, length = await self._link.client(), self._link.length_of(model)
        return await fits(client, model, window, length)

    def _composed(self, model: str, form: str, thought: str, *, anyway: bool = False) -> Composed:
        return compose(
            self._talk,
            self._link,
            model,
            self._parent.id,
            self.parameters,
            prefix=self._prefix,
            thought=thought,
            form=form,
            system=self._system,
            anyway=anyway or self._anyway,
        )
