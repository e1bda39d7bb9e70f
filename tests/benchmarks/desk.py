"""How long the desk takes for a key on a long reply: `python -m tests.benchmarks.desk [TOKENS]`.

Median and worst of 60 keys in milliseconds, the drawing of the page included, on a screen of 80x24
that nobody shows; and how long until the sums of all places stand.
"""

import asyncio
import math
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from zatsudan.base.printable import EMPTY, printable
from zatsudan.lab.board import Board
from zatsudan.lab.knob import knob
from zatsudan.lab.reshaping import Chain, read
from zatsudan.lab.weighing import Weighed, Weighing
from zatsudan.servers.athome import LLAMA_CPP
from zatsudan.terminal.pages.deskpage import SLICE, DeskPage
from zatsudan.terminal.pages.deskrows import SLIDER, DeskRows, knob_rows
from zatsudan.wire.tokenview import read_tokens

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json
    from zatsudan.commands.outcomes import Generate
    from zatsudan.terminal.surface import Taker

#: Rows of the reply on a screen of 24.
HEIGHT = 11


def tokens(count: int) -> Any:
    """Return so many tokens with twenty alternatives each."""
    entries: list[Json] = []
    for at in range(count):
        told: list[Json] = [
            {"token": f" w{rank}", "logprob": math.log(0.5 / 1.6**rank), "bytes": None}
            for rank in range(20)
        ]
        chosen = told[at % 3]
        assert isinstance(chosen, dict)
        entries.append({**chosen, "top_logprobs": told})
    return read_tokens(entries)


async def nobody(_wanted: "Generate", _page: "Taker") -> None:
    """Ask nobody."""


async def main(count: int) -> None:
    """Press keys and print what they took."""
    found = tokens(count)
    now = Chain(LLAMA_CPP.order, {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05})
    weighing = Weighing(read(found, []), now, now)
    knobs = [
        knob("temperature", None, 0.8, 1.0, (0.0, 2.0), whole=False),
        knob("min_p", None, 0.05, 0.0, (0.0, 1.0), whole=False),
    ]
    desk: Any = SimpleNamespace(
        board=Board(knobs, count),
        model=EMPTY,
        reply=Weighed("1", "", found, weighing),
        variants=lambda: [SimpleNamespace(id="1")],
        chain=lambda values: Chain(LLAMA_CPP.order, {**now.values, **values}),
        totals=lambda _now, then: [(printable(str(then.stays)), EMPTY)],
    )
    page = DeskPage(desk, nobody, coloured=True, clock=time.monotonic)
    rows = DeskRows(page)
    rows.text(page.panes.pane, 41, HEIGHT)
    took = []
    for at in range(60):
        began = time.perf_counter()
        page.press("right" if at % 2 else "s-left")
        rows.text(page.panes.pane, 41, HEIGHT)
        knob_rows(page.board, SLIDER, 20)
        rows.place(42, 8)
        rows.sums(80)
        took.append(1000 * (time.perf_counter() - began))
    began, slices = time.perf_counter(), []
    while True:
        each = time.perf_counter()
        whole = weighing.more(SLICE)
        slices.append(1000 * (time.perf_counter() - each))
        if whole:
            break
    sums = 1000 * (time.perf_counter() - began)
    each = time.perf_counter()
    rows.sums(80)
    added = 1000 * (time.perf_counter() - each)
    took.sort()
    sys.stdout.write(
        f"{count} tokens: a key {took[30]:.1f} ms, the worst {took[-1]:.1f}; all places {sums:.0f} ms "
        f"in slices of {max(slices):.1f} at most; the sums {added:.1f} ms\n"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
