"""Many generated texts, each streamed in pieces and rendered whole: are the rows equal?

Run `uv run python -m tests.benchmarks.equality [TEXTS]`; ten thousand unless told.
Stops at the first text whose rows differ and shows it, made as small as can be.
"""

import sys
from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.looks import DEFAULT
from tests.support.texts import markdown, pieces
from zatsudan.terminal.markdown.rendering import Stream, render

if TYPE_CHECKING:
    from zatsudan.terminal.markdown.segments import Row


def main() -> None:
    texts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    count: Counter[str] = Counter()

    @settings(
        max_examples=texts,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(pieces(markdown), st.integers(20, 200), st.booleans())
    def check(text: tuple[str, list[str]], width: int, tail: bool) -> None:
        whole, cut = text
        stream = Stream(width, DEFAULT)
        rows: list[Row] = []
        for piece in cut:
            rows += stream.feed(piece)
            if tail and len(piece) > 3:
                stream.tail(12)
        rows += stream.finish()
        assert rows == render(whole, width, DEFAULT)
        count.update(texts=1, characters=len(whole), pieces=len(cut), rows=len(rows))

    check()
    sys.stdout.write("equal: " + ", ".join(f"{n:,} {what}" for what, n in count.items()) + "\n")


if __name__ == "__main__":
    main()
