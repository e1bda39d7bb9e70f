"""Commands of the person's shell."""

import asyncio
import os
from pathlib import Path

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.talk.running import KEPT, run

#: The double of Windows runs these, with the shell that is there.
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")


async def test_output_errors_and_code() -> None:
    ran = await run("echo out; echo err >&2; exit 3")

    assert (ran.output, ran.code, ran.stopped) == ("out\nerr\n", 3, False)


async def test_it_has_no_terminal_and_no_input() -> None:
    ran = await run("cat; (true </dev/tty) 2>/dev/null || echo none")

    assert ran.output == "none\n"


async def test_a_flood_is_kept_at_both_ends() -> None:
    ran = await run("echo first; yes | head -c 1000000; echo last")

    assert ran.output.startswith("first\n")
    assert ran.output.endswith("last\n")
    assert ran.lost == 1_000_011 - 2 * KEPT
    assert f"{ran.lost:,} bytes left out" in ran.output


@pytest.mark.posix
async def test_cancelling_ends_it_and_its_children_and_keeps_what_came(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = asyncio.ensure_future(run(f"echo begun; sleep 100 & echo $! >{pid}; wait"))
    while not pid.exists() or not pid.read_text().strip():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    ran = await task

    assert ran.stopped
    assert ran.output == "begun\n"
    child = int(pid.read_text())
    async with asyncio.timeout(5):
        while _alive(child):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # One that has ended and that nobody has waited for has ended all the same.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


async def test_a_child_in_the_background_is_not_waited_for() -> None:
    async with asyncio.timeout(10):
        ran = await run("sleep 60 & echo $!")
    os.kill(int(ran.output), 9)

    assert ran.code == 0


async def test_a_shell_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="cannot be run"):
        await run("ls", "/no/such/shell")
