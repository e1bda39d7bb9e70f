"""A list in which there is nothing to choose: said at once, and mended if a look at everything finds something."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.commands.parts import Line, Part

if TYPE_CHECKING:
    from zatsudan.commands.outcomes import Pick


async def tell(pick: "Pick", show: Callable[[Sequence[Part]], None]) -> None:
    """Show that there is nothing, and below it what a look at everything found; who types goes on meanwhile.

    No list is opened then: what is typed by that time is for another line.
    """
    show(pick.instead)
    if pick.whole is None:
        return
    try:
        found = await pick.whole()
    except asyncio.CancelledError:  # the person stopped it
        show((Line(say("Stopped before all was looked at."), "dim"),))
        return
    if found.rows:
        show((Line(say("A look at everything found some:"), "warn"), *found.instead))
