"""Regular expressions of strangers in a process beside this one, which is ended when it takes too long.

For where no timer ends a search in this process (Windows), and for other threads than the main one.
"""

import contextlib
import json
import threading
from typing import TYPE_CHECKING

from zatsudan.base import pythons
from zatsudan.base.jsonvalues import loads

if TYPE_CHECKING:
    import subprocess

#: Seconds of the clock for a process to begin, and beyond those of the processor that a search may take.
START_SECONDS, MORE_SECONDS = 10.0, 0.5

#: Reads [pattern, flags, text] a line, writes whether it was found and the seconds of the processor.
_PROGRAM = """
import json, re, sys, time, warnings
warnings.simplefilter("ignore")
print(flush=True)
for line in sys.stdin.buffer:
    pattern, flags, text = json.loads(line)
    began = time.process_time()
    try:
        found = re.search(pattern, text, flags) is not None
    except (re.error, ValueError, OverflowError, RecursionError, MemoryError):
        found = False
    print(json.dumps([found, time.process_time() - began]), flush=True)
"""


class Beside:
    """Searches one after the other; the process begins with the first and ends with `close`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def search(
        self, pattern: str, flags: int, text: str, seconds: float
    ) -> tuple[bool | None, float]:
        """Tell whether a pattern is found, and how long that took; None where the time ran out.

        False too for a pattern that is broken, and where no process can be run. Blocks meanwhile.
        """
        process = self._process or self._begun()
        if process is None:
            return False, 0.0
        self._process = process
        asked = json.dumps([pattern, flags, text]).encode() + b"\n"
        answer = self._answer(process, asked, seconds + MORE_SECONDS)
        if answer is None:
            self.close()
            return None, seconds
        told = loads(answer) if answer else None
        match told:
            case [bool(found), int() | float() as took]:
                return (None if took > seconds else found), took
            case _:  # it has ended, as for want of memory
                self.close()
                return False, 0.0

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            pythons.end(process)

    def _begun(self) -> "subprocess.Popen[bytes] | None":
        process = self._process = pythons.begin("-I", "-S", "-c", _PROGRAM)
        if process is None or self._answer(process, b"", START_SECONDS):
            return process
        self.close()
        return None

    @staticmethod
    def _answer(process: "subprocess.Popen[bytes]", asked: bytes, seconds: float) -> bytes | None:
        """Return the next line; empty where the process has ended, None where the time ran out."""
        lines: list[bytes] = []

        def talk() -> None:
            if process.stdin is None or process.stdout is None:
                return
            with contextlib.suppress(OSError, ValueError):
                process.stdin.write(asked)
                process.stdin.flush()
                lines.append(process.stdout.readline())

        # A pipe of Windows cannot be waited for with a limit.
        talking = threading.Thread(target=talk, daemon=True)
        talking.start()
        talking.join(seconds)
        if talking.is_alive():
            process.kill()
            talking.join()
            return None
        return lines[0] if lines else b""
