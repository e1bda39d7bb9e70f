"""Messages that are read when they are asked for: the same as those that were read at once."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import records
from zatsudan.base.errors import StoreError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions import journallines
from zatsudan.sessions import nodes as nodes_at_hand
from zatsudan.sessions.journal import begin_record, encode, load, parse
from zatsudan.sessions.made import Made
from zatsudan.sessions.nodes import Chain, Children, Kept, Nodes
from zatsudan.sessions.records import apply, message_record, replay
from zatsudan.sessions.session import Node, Session
from zatsudan.wire.messages import Message

HELD, ON_DISK = 1_000_000, 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journals")


def reply(node_id: str, parent: str | None, text: str = "hi") -> JsonObject:
    made = Made(model="m", reasoning="r", parameters={"seed": 1})
    return message_record(node_id, parent, Message("assistant", text), "2026-01-01", made)


def talk(count: int) -> list[JsonObject]:
    """Records of so many replies in a row."""
    return [reply(str(at), str(at - 1) if at else None, f"text {at}") for at in range(count)]


def read_at_once(data: bytes) -> tuple[Session, int, bool]:
    """Read a journal as values, with nothing left for later."""
    lines = data.split(b"\n")
    torn = bool(lines.pop())
    found = [parse(line) for line in lines]
    damaged = sum(
        not record and bool(line.strip()) for record, line in zip(found, lines, strict=True)
    )
    return replay(record for record in found if record), damaged, torn


def written(folder: Path, *of: JsonObject) -> Path:
    path = folder / "s.jsonl"
    path.write_bytes(b"".join(map(encode, [begin_record("s", "2026-01-01T00:00:00Z"), *of])))
    return path


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of any size count as large."""
    monkeypatch.setattr(journallines, "HELD_BYTES", ON_DISK)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A journal of three messages."""
    return written(tmp_path, *talk(3))


_odd = st.sampled_from(
    [b"\n", b"\r", b"{", b"}", b'"', b"\\", b"\xff", b"\x00", b" ", b",", b"", b"[["]
)
_messages = st.builds(
    reply, st.sampled_from("1234567"), st.none() | st.sampled_from("1234567"), st.text(max_size=9)
)


@pytest.mark.parametrize("held", [HELD, ON_DISK])
@pytest.mark.parametrize("at_hand", [nodes_at_hand.AT_HAND, 1])
@given(st.lists(records | _messages, max_size=20), st.data())
def test_a_session_is_the_same_whichever_way_it_is_read(
    folder: Path, held: int, at_hand: int, ops: list[JsonObject], data: st.DataObject
) -> None:
    bytes_ = b"".join(map(encode, ops))
    for place, odd in data.draw(st.lists(st.tuples(st.integers(0, len(bytes_)), _odd), max_size=4)):
        bytes_ = bytes_[:place] + odd + bytes_[place + data.draw(st.integers(0, 3)) :]
    path = folder / "cut.jsonl"
    path.write_bytes(bytes_)
    whole, damaged, torn = read_at_once(bytes_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journallines, "HELD_BYTES", held)
        patch.setattr(nodes_at_hand, "AT_HAND", at_hand)
        try:
            loaded = load(path)
        except StoreError:
            assert not whole.nodes
            assert not whole.partials
            return
        session = loaded.session

        assert (loaded.damaged, loaded.torn) == (damaged, torn)
        for record in data.draw(st.lists(records | _messages, max_size=3)):
            apply(session, record)
            apply(whole, record)
        assert session == whole
        assert vars(session)["start"] == whole.start
        assert [*session.nodes] == [*whole.nodes]
        assert [*session.nodes.values()] == [*whole.nodes.values()]
        assert session.forward == whole.forward
        assert session.first_words() == whole.first_words()
        replies = [node for node in whole.nodes.values() if node.made is not None]
        assert [*session.replies()] == [*whole.replies()] == replies
        assert [*session.replies(latest_first=True)] == replies[::-1]
        for node_id in whole.nodes:
            node = whole.nodes[node_id]
            assert session.path(node_id) == whole.path(node_id)
            assert session.variants(session.nodes[node_id]) == whole.variants(node)
            assert (session.nodes.role(node_id), session.nodes.parent(node_id)) == (
                node.message.role,
                node.parent,
            )


def test_a_message_is_read_when_it_is_asked_for_and_then_at_hand(tmp_path: Path) -> None:
    session = load(written(tmp_path, *talk(5))).session
    asked: list[str] = []
    source = session.nodes.source
    assert source is not None

    def counted(kept: Sequence[Kept]) -> list[Node]:
        asked.extend(one.id for one in kept)
        return source(kept)

    session.nodes.source = counted

    path = session.path()
    assert [*path.roles()] == ["assistant"] * 5
    assert (len(session.nodes), path.ids, session.children["1"]) == (5, [*"01234"], ["2"])
    assert asked == []
    assert [node.message.text for node in path[-2:]] == ["text 3", "text 4"]
    assert path[-1] is session.nodes["4"]
    assert asked == ["3", "4"]


def test_no_more_messages_stay_at_hand_than_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes_at_hand, "AT_HAND", 10)
    session = load(written(tmp_path, *talk(95))).session

    assert [node.message.text for node in session.path()] == [f"text {at}" for at in range(95)]
    assert len(session.nodes._read) <= 10


def test_a_long_path_is_read_some_at_a_time_and_none_twice(tmp_path: Path) -> None:
    session = load(written(tmp_path, *talk(600))).session
    asked: list[list[str]] = []
    source = session.nodes.source
    assert source is not None

    def counted(kept: Sequence[Kept]) -> list[Node]:
        asked.append([one.id for one in kept])
        return source(kept)

    session.nodes.source = counted
    first = next(iter(session.path()))
    assert asked == [["0"]]
    assert [node.message.text for node in session.path()] == [f"text {at}" for at in range(600)]
    assert sum(map(len, asked)) == 600
    assert len(asked) < 20
    assert next(iter(session.path())) is first


@pytest.mark.usefixtures("on_disk")
def test_of_a_path_that_cannot_all_be_read_the_first_messages_are(tmp_path: Path) -> None:
    path = written(tmp_path, *talk(30))
    session = load(path).session
    path.write_bytes(path.read_bytes().replace(b'"id":"20"', b'"id":"XX"'))

    nodes = iter(session.path())
    assert [next(nodes).id for _ in range(20)] == [f"{at}" for at in range(20)]
    with pytest.raises(StoreError, match="Message 20 "):
        next(nodes)


@pytest.mark.usefixtures("on_disk")
def test_a_large_journal_stays_on_the_disk_and_is_gone_on_with(three: Path) -> None:
    session = load(three).session
    with three.open("ab") as file:
        file.write(encode(reply("9", "2")))
    apply(session, reply("9", "2"))

    assert [node.id for node in session.path()] == ["0", "1", "2", "9"]
    assert session.nodes["0"].message.text == "text 0"


@pytest.mark.posix
@pytest.mark.usefixtures("on_disk")
def test_a_large_journal_that_is_deleted_can_still_be_read(three: Path) -> None:
    session = load(three).session
    three.unlink()

    assert session.nodes["1"].message.text == "text 1"


@pytest.mark.usefixtures("on_disk")
def test_what_another_program_has_changed_in_a_large_journal_is_told(three: Path) -> None:
    session = load(three).session
    three.write_bytes(b"\n" + three.read_bytes())

    with pytest.raises(StoreError, match=r"Message 1 .* no longer") as caught:
        session.nodes["1"]
    assert caught.value.advice


def test_a_journal_that_is_held_is_read_once(three: Path) -> None:
    session = load(three).session
    three.write_bytes(b"")

    assert [node.message.text for node in session.path()] == ["text 0", "text 1", "text 2"]


@given(st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.integers()), max_size=12))
def test_children_are_lists_by_parent(pairs: list[tuple[str | None, int]]) -> None:
    children, known = Children(), dict[str | None, list[str]]()
    for at, (parent, _) in enumerate(pairs):
        children.add(parent, str(at))
        known.setdefault(parent, []).append(str(at))

    assert children == known
    assert children.get("c") is None


def test_a_chain_is_a_sequence() -> None:
    nodes: Nodes[str] = Nodes()
    for name in "abcd":
        nodes.add(name, None, f"role {name}", name.upper())
    chain = Chain(nodes, [*"abcd"])

    assert [*chain] == [*reversed(chain)][::-1] == [*"ABCD"]
    assert chain == [*"ABCD"]
    assert chain == tuple("ABCD")
    assert chain != [*"ABC"]
    assert chain != 5
    assert (chain[1], chain[-1], [*chain[1:3]]) == ("B", "D", ["B", "C"])
    assert [*chain.without({"a", "d"})] == ["B", "C"]
    assert [*chain[2:].roles()] == ["role c", "role d"]
    assert "C" in chain
    assert not Chain(nodes, [])
