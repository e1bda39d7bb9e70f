"""The way forward: as if each move walked the whole way, without walking it."""

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.sessions.forward import Forward
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import Session


def record(number: int, parent: int | None) -> dict[str, object]:
    message = {"role": "user", "content": "a"}
    above = None if parent is None else str(parent)
    return {"type": "message", "id": str(number), "parent": above, "message": message}


@given(st.data())
def test_as_if_every_move_walked_to_the_root(data: st.DataObject) -> None:
    session, known = Session(), dict[str | None, str]()

    def walk(node_id: str | None) -> None:
        while node_id is not None:
            known[session.nodes[node_id].parent] = node_id
            node_id = session.nodes[node_id].parent

    for number in range(data.draw(st.integers(1, 20))):
        parent = data.draw(st.none() | st.integers(0, number - 1)) if number else None
        apply(session, record(number, parent))  # type: ignore[arg-type]
        known[session.nodes[str(number)].parent] = str(number)
        for target in data.draw(st.lists(st.none() | st.integers(0, number), max_size=3)):
            walk(session.head)
            apply(session, {"type": "head", "id": None if target is None else str(target)})
            walk(session.head)
            if data.draw(st.booleans()):
                session.forward.get(None)  # asking changes nothing
    assert {parent: session.forward.get(parent) for parent in known} == known
    assert session.forward.get("none") is None


def test_as_many_moves_as_messages_cost_no_more_than_both() -> None:
    count = 4000
    session = Session()
    for number in range(count):
        apply(session, record(number, number - 1 if number else None))  # type: ignore[arg-type]
    looks = []

    def parent(node_id: str) -> str | None:
        looks.append(node_id)
        return session.nodes.parent(node_id)

    forward = Forward(parent)
    for number in range(count):
        forward.add(str(number))
        forward.visit(str(number))
        forward.visit(str(count - 1 - number // 2))
    assert forward.get(None) == "0"
    assert len(looks) <= 6 * count
