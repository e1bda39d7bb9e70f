"""How near what `lab.reshaping` computes comes to the embedded engine's own shares: 200 places, 30 settings.

    uv run python -m tests.benchmarks.reshaping

One row a setting: how many shares were compared, how many of them are no bounds but numbers, the
greatest difference of these, and how many lie outside their bounds by more than the precision.
"""

import asyncio
import json
import subprocess

from tests.support.engineplaces import (
    PRECISION,
    SETTINGS,
    TEXTS,
    asking,
    computed,
    places,
    true_shares,
)
from zatsudan.config.settings import Local
from zatsudan.servers.choice import Server
from zatsudan.servers.engine import embedded

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
    file = embedded.model_file(Local())
    process = subprocess.Popen(
        embedded.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    order = {"model": str(file), "name": "small", "key": "key", "context": 4096}
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    address = json.loads(process.stdout.readline())["address"]
    try:
        asyncio.run(compare(Server("local", f"{address}/v1", api_key="key", model="small")))
    finally:
        process.stdin.close()
        process.wait(10)


if __name__ == "__main__":
    main()
