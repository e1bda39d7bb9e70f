"""What a streamed token costs, by shape and length of the reply.

Run `uv run python -m tests.benchmarks.streaming_cost`; prints Markdown tables.
CPU time of this process; a token is four characters and comes in pieces of ten.
Beside it: rendering the whole again at each piece, as `rich.Live` with
`rich.markdown` does (sampled at eight places), and only writing the pieces.
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from rich.console import Console
from rich.markdown import Markdown

from tests.support.looks import DEFAULT
from tests.support.shapes import SHAPES
from zatsudan.terminal.markdown.rendering import Stream

_PIECE = 40  # characters: ten tokens
_LENGTHS = (1_000, 8_000, 32_000)
_WIDTH = 80
_TAIL = 12


def main() -> None:
    write = sys.stdout.write
    for shape in SHAPES.values():  # parsers and lexers are made at first use
        _stream(shape(4_000))
        _rerender(shape(2_000))
    write(
        "| shape | tokens | commit, µs/token | tail, ms | tail p99, ms | re-render, µs/token | plain, µs/token |\n"
    )
    write("|---|--:|--:|--:|--:|--:|--:|\n")
    for name, shape in SHAPES.items():
        for tokens in _LENGTHS:
            text = shape(tokens * 4)
            commit = min(_cpu(partial(_stream, text)) for _ in range(3)) / tokens * 1e6
            tails = sorted(_tails(text))
            mean, high = sum(tails) / len(tails) * 1e3, tails[int(len(tails) * 0.99)] * 1e3
            again = _rerender(text) / 10 * 1e6
            plain = _cpu(partial(_print, text)) / tokens * 1e6
            write(
                f"| {name} | {tokens:,} | {commit:.1f} | {mean:.2f} | {high:.2f} | {again:,.0f} | {plain:.2f} |\n"
            )
            sys.stdout.flush()


def _cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))


def _stream(text: str) -> None:
    stream = Stream(_WIDTH, DEFAULT)
    for piece in _pieces(text):
        stream.feed(piece)
    stream.finish()


def _tails(text: str) -> Iterator[float]:
    """Seconds of the tail, at two hundred places of the reply."""
    stream = Stream(_WIDTH, DEFAULT)
    every = max(len(text) // _PIECE // 200, 1)
    for at, piece in enumerate(_pieces(text)):
        stream.feed(piece)
        if at % every == 0:
            yield _cpu(partial(stream.tail, _TAIL))


def _rerender(text: str) -> float:
    """Seconds of one re-rendering, the mean over the reply, from eight places."""
    console = Console(file=io.StringIO(), width=_WIDTH, force_terminal=True)
    places = [len(text) * part // 8 for part in range(1, 9)]
    return sum(_cpu(partial(_paint, console, text[:at])) for at in places) / len(places)


def _paint(console: Console, text: str) -> None:
    console.print(Markdown(text))


def _print(text: str) -> None:
    out = io.StringIO()
    for piece in _pieces(text):
        out.write(piece)
        out.flush()


if __name__ == "__main__":
    main()
