"""How near what `lab.reshaping` computes comes to the embedded engine's own shares: 200 places, 30 settings.

    uv run python -m tests.benchmarks.reshaping

One row a setting: how many shares were compared, how many of them are no bounds but numbers, the
greatest difference of these, and how many lie outside their bounds by more than the precision.
"""

import asyncio
import json

from tests.support import engine
from tests.support.engineplaces import (
    PRECISION,
    SETTINGS,
    TEXTS,
    asking,
    computed,
    places,
    true_shares,
)
from zatsudan.servers.choice import Server

TOLD, EACH = 80, 40

#: The short texts one behind the other, each time another one last.
LONG = tuple(" ".join((*TEXTS[at:], *TEXTS[:at])) for at in range(len(TEXTS)))


async def compare(server: Server) -> None:
    """Print the table."""
    rows = [[0, 0, 0.0, 0] for _ in SETTINGS]
    count = 0
    async with asking(server) as client:
        async for place in places(client, EACH, TOLD, LONG):
            count += 1
            for row, values in zip(rows, SETTINGS, strict=True):
                true = await true_shares(client, place, values, TOLD)
                options, low, high = computed(place, values)
                for at, option in enumerate(options):
                    if not true or (len(true) == TOLD and option.id not in true):
                        continue
                    share = true.get(option.id or 0, 0.0)
                    row[0] += 1
                    if high[at] - low[at] < PRECISION:
                        row[1] += 1
                        row[2] = max(row[2], abs(share - low[at]))
                    row[3] += not low[at] - PRECISION <= share <= high[at] + PRECISION
    print(f"{count} places, {len(SETTINGS)} settings")  # noqa: T201
    print(" compared    exact  greatest  outside")  # noqa: T201
    for (compared, exact, greatest, outside), values in zip(rows, SETTINGS, strict=True):
        print(f"{compared:9,} {exact:8,} {greatest:9.1e} {outside:8}  {json.dumps(dict(values))}")  # noqa: T201


def main() -> None:
    """Start the engine, and end it."""
    with engine.running() as server:
        asyncio.run(compare(server))


if __name__ == "__main__":
    main()
