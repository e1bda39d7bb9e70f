"""Many replies on a terminal that redraws nothing: whole, and in the order of the cells."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.errors import StatusError
from zatsudan.lab.run import Run
from zatsudan.lab.slots import ENDED, Cell, Slot
from zatsudan.terminal.plain.inorder import InOrder
from zatsudan.wire.protocol import Delta


def run_of(count: int, *, blind: bool = False) -> Run:
    chat = chat_over(ScriptedClient().connect)
    parent = chat.talk.say("hi")
    slots = [Slot(Cell(f"temperature {number}", {})) for number in range(count)]
    return Run(chat.talk, chat.link, parent, slots, blind=blind)


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=12))
def test_whatever_ends_first_they_are_written_in_order(order: list[int], pieces: list[int]) -> None:
    run, told, written = run_of(4), list[str](), list[str]()
    replies = InOrder(run, told.append, written.append)
    for number in pieces:
        replies.add(number, Delta(content=f"{number}."))
    for ended, number in enumerate(order, 1):
        run.slots[number].state = ENDED
        replies.ended(number)
        in_a_row = next((at for at in range(4) if at not in order[:ended]), 4)
        assert len(written) == in_a_row
    assert written == [f"{number}." * pieces.count(number) + "\n\n" for number in range(4)]
    assert told == [f"[{number + 1}  temperature {number}]\n" for number in range(4)]


def test_of_a_reply_that_broke_off_the_one_that_came_then_is_written() -> None:
    run, written = run_of(1), list[str]()
    replies = InOrder(run, lambda _: None, written.append)
    replies.add(0, Delta(content="half"))
    slot = run.slots[0]
    slot.node = run.parent
    slot.again()
    replies.add(0, Delta(content="wh"))
    replies.add(0, Delta(content="ole"))
    slot.state = ENDED
    replies.ended(0)
    assert written == ["whole\n\n"]


def test_what_went_wrong_stands_under_its_reply_and_blind_ones_have_no_name() -> None:
    for blind, head in ((False, "[1  temperature 0]\n"), (True, "[1  ?]\n")):
        run, told = run_of(1, blind=blind), list[str]()
        replies = InOrder(run, told.append, told.append)
        replies.add(0, Delta(content="\x1b[31mhalf \n"))
        slot = run.slots[0]
        slot.state, slot.error = ENDED, StatusError(500, "gone")
        replies.ended(0)
        assert told == [head, "\x1b[31mhalf\n\n", f"[{run.fault(slot)}]\n"]
