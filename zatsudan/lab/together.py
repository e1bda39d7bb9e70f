"""One request with `n` that makes all cells of a run; a server that takes no `n` leaves them to be asked one by one."""

from dataclasses import replace

from zatsudan.base.errors import StatusError
from zatsudan.base.language import later, say
from zatsudan.lab.making import Making
from zatsudan.lab.slots import ENDED, RUNNING, WAITING, Cell, repeated
from zatsudan.sessions.made import FINISHED
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.wire.refusals import DROP, Repair
from zatsudan.wire.statuscodes import REFUSALS


async def ask_together(making: Making) -> None:
    """Ask for all cells by one request. Those that are left wait to be asked for each by its own."""
    slots, link, cell = making.slots, making.link, making.slots[0].cell
    wanted = len(slots)
    await client_for(making.talk, link)
    model = cell.model or await model_of(making.talk, link)
    lesson = Repair(DROP, "n")
    if lesson in link.learned.of(link.name, model):
        note = later("{model} makes one reply a request: {count} requests instead of n={count}.")
        making.told.note(say(note, model=model, count=wanted))
        _separate(making, cell)
        return
    turn = making.turn(replace(cell, parameters={**cell.parameters, "n": wanted}))
    await making.make(turn, range(wanted), settled=False)
    refused = isinstance(turn.error, StatusError) and turn.error.status in REFUSALS
    came = sum(slot.node is not None for slot in slots)
    if refused or (turn.made.ended == FINISHED and came < wanted):
        note = (
            later("{model} refused n={count}: {more} further requests make the rest.")
            if refused
            else later(
                "{model} answered n={count} with {came}: {more} further requests make the rest."
            )
        )
        making.told.note(say(note, model=model, count=wanted, came=came, more=wanted - came))
        if came == 1:
            link.learn(model, lesson)
        _separate(making, cell)
    for number, slot in enumerate(slots):
        if slot.state == RUNNING:  # nothing came, and nothing more is asked
            slot.state = ENDED
        if slot.state == ENDED:
            making.told.end(number)


def _separate(making: Making, cell: Cell) -> None:
    """Let the cells that have no reply yet be asked for one by one."""
    alone = repeated(Cell("", cell.parameters, cell.model, begin=cell.begin), len(making.slots))
    for slot, again in zip(making.slots, alone, strict=True):
        if slot.node is None:
            seeded = again.label if "seed" in again.parameters else ""
            label = " · ".join(filter(None, (slot.cell.label, seeded)))
            slot.cell = replace(slot.cell, label=label, parameters=again.parameters)
            slot.state, slot.error = WAITING, None
