"""A session: a tree of messages with its settings. What changes it stands in records.py."""

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions.byhand import DELETED, Begin, ByHand
from zatsudan.sessions.forward import Forward
from zatsudan.sessions.nodes import Chain, Children, Nodes
from zatsudan.wire.messages import Message

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character
    from zatsudan.sessions.made import Made
    from zatsudan.sessions.planned import Lab


class Node(NamedTuple):
    """A message in its place in the tree; `made` for replies; `at` is UTC in ISO 8601.

    `by_hand` marks what a person wrote in the model's place, or put into the talk.
    """

    id: str
    parent: str | None
    message: Message
    at: str = ""
    made: "Made | None" = None
    by_hand: ByHand | None = None

    @property
    def begun(self) -> str:
        """The words at its start that a person gave it; `` for none."""
        if self.made is None or not self.made.request.get("begun"):
            return ""
        return self.message.text[: self.made.given]


class Setting(NamedTuple):
    """A parameter's value and where it came from (config, model, profile, flag, preset, thinking, session)."""

    value: Json
    origin: str = "session"


class ByState(NamedTuple):
    """Parameters that hold while a model is told to think, and what the same preset has for them otherwise."""

    plain: Mapping[str, Json]
    thinking: Mapping[str, Json]

    def to_json(self) -> JsonObject:
        """Return its record."""
        return {"type": "by_state", "plain": dict(self.plain), "thinking": dict(self.thinking)}


class Start(NamedTuple):
    """The settings with which a session's first message was sent."""

    settings: Mapping[str, Setting]
    system: str
    model: str


class Partial:
    """A reply of which only pieces are in the journal yet. `head` is where the head stood then."""

    def __init__(self, parent: str | None, head: str | None, at: str, made: "Made") -> None:
        self.parent = parent
        self.head = head
        self.at = at
        self.made = made
        self.content: list[str] = []
        self.reasoning: list[str] = []

    def turn(self, before: str) -> None:
        """Take what there is for a thought, or for none: then it comes anew."""
        from zatsudan.wire.thinking import TEXT, THOUGHT  # few sessions need it

        if before in (THOUGHT, TEXT):
            thought = "".join((*self.reasoning, *self.content)) if before == THOUGHT else ""
            self.content, self.reasoning = [""], [thought]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partial) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Session:
    """The state of a session. Only `apply` (records.py) changes it.

    `head` is the message that the next one follows; None before the first.
    `votes` are the blind picks: the label that was picked (`` for a tie), and all that stood for choice.
    `by_state` are the parameters of a preset that go with thinking.
    `refused` are names that a record set and that make the request: none of them holds.
    `unknown` counts records that a later version wrote and this one skips.
    `start` are the settings before the first message, `systems` every system
    message that has been in force, each once. `withheld` are the messages that are not sent,
    and how; `begin` with what the next reply is to begin. `character` is whom the model is to play,
    `characters` all that have been in force, by their marks.
    """

    # No dataclass: to make one takes a hundred times as long as this, before the prompt stands.
    def __init__(self) -> None:
        self.id = ""
        self.created = ""
        self.title = ""
        self.system = ""
        self.model = ""
        self.server = ""
        self.nodes: Nodes[Node] = Nodes()
        self.children = Children()
        #: The messages of which it is known how they were made, in their order.
        self.made: list[str] = []
        self.head: str | None = None
        self.settings: dict[str, Setting] = {}
        self.by_state: ByState | None = None
        self.pinned: set[str] = set()
        self.withheld: dict[str, str] = {}
        self.begin: Begin | None = None
        self.character: Character | None = None
        self.characters: dict[str, Character] = {}
        self.partials: dict[str, Partial] = {}
        self.lab: Lab | None = None
        self.votes: list[tuple[str, tuple[str, ...]]] = []
        self.unknown = 0
        self.refused: set[str] = set()
        self.last_number = 0
        #: The child on which the head last stood, or below which: the way forward.
        self.forward = Forward(self.nodes.parent)
        #: The chain that was asked for last: the next one often goes on from it.
        self._walked: list[str] = []
        self.start: Start | None = None
        self.systems: dict[str, None] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Session) and self._present() == other._present()

    __hash__ = None  # type: ignore[assignment]

    def _present(self) -> JsonObject:
        """Return what holds now; what was in force once is no part of what two sessions have in common."""
        past = ("forward", "start", "systems", "characters", "refused", "made", "_walked")
        return {name: value for name, value in vars(self).items() if name not in past}

    @property
    def parameters(self) -> dict[str, Json]:
        """The parameters that are set, by wire name."""
        return {name: setting.value for name, setting in self.settings.items()}

    def not_set(self) -> Printable:
        """Say which fields were not set, since they make the request."""
        names = ", ".join(one_line(name, 40) for name in sorted(self.refused)[:4])
        return say("Not set, since it makes the request: {names}.", names=names)

    def next_id(self) -> str:
        """Return an id that no message of this session has."""
        number = self.last_number + 1
        while str(number) in self.nodes or str(number) in self.partials:
            number += 1
        return str(number)

    def path(self, last: str | None = None) -> Chain[Node]:
        """Return the messages from the root to `last`, or to the head, without those that were deleted."""
        chain = self.chain(last)
        if not self.withheld:
            return chain
        return chain.without({key for key, how in self.withheld.items() if how == DELETED})

    def chain(self, last: str | None = None) -> Chain[Node]:
        """Return all messages from the root to `last`, or to the head."""
        at = last if last is not None else self.head
        if at is None:
            return Chain(self.nodes, [])
        before, more = self._walked, list[str]()
        known = before[-1] if before else None
        while at is not None and at != known:
            more.append(at)
            at = self.nodes.parent(at)
        if more:
            more.reverse()
            self._walked = before + more if at is not None else more
        return Chain(self.nodes, self._walked)

    def numbered(self, parent: str | None, role: str = "assistant") -> list[Node | None]:
        """Return the messages under `parent` as a person counts them, from 1.

        The cells of the last experiment come first if it was made there, in their
        order (None: no reply came), then the others as they were made.
        """
        lab = self.lab
        cells = [key for _, key in lab.cells] if lab is not None and lab.answers(parent) else []
        first = [self.nodes[key] if key is not None else None for key in cells]
        known = set(cells)
        others = [self.nodes[key] for key in self.children.get(parent, ()) if key not in known]
        return [
            *(first if role == "assistant" else ()),
            *(node for node in others if node.message.role == role),
        ]

    def variants(self, node: Node) -> list[Node]:
        """Return the siblings of `node` with the same role, itself among them."""
        found = self.numbered(node.parent, node.message.role)
        return [variant for variant in found if variant is not None]

    def replies(self, *, latest_first: bool = False) -> Iterator[Node]:
        """Yield every reply of the tree, in the order in which they were made, or the latest first."""
        ids = reversed(self.made) if latest_first else iter(self.made)
        return map(self.nodes.__getitem__, ids)

    def first_words(self) -> str:
        """Return the first user message of the path, or of the tree: the title if none is given."""
        for node in itertools.chain(self.path(), self.nodes.values()):
            if node.message.role == "user" and node.message.text.strip():
                return node.message.text.strip()
        return ""
