"""xterm.js as a terminal to look at: the one in editors and on web pages, which wraps rows anew."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

#: What was written, and the columns and rows of a new size.
Step: TypeAlias = str | tuple[int, int]

_PLAYER = Path(__file__).with_name("xterm.cjs")


def available() -> bool:
    """Tell whether node is here and finds `@xterm/headless` (by NODE_PATH, or beside the tests)."""
    node = shutil.which("node")
    if node is None:
        return False
    asked = [node, "-e", "require('@xterm/headless')"]
    return (
        subprocess.run(asked, cwd=_PLAYER.parent, capture_output=True, check=False).returncode == 0
    )


def played(columns: int, rows: int, steps: Sequence[Step]) -> str:
    """Return what stands in xterm.js after all steps, with its scrollback; wrapped rows are joined."""
    given = json.dumps({"columns": columns, "rows": rows, "steps": steps})
    done = subprocess.run(
        ["node", _PLAYER], input=given, capture_output=True, text=True, check=True, timeout=50
    )
    return "\n".join(json.loads(done.stdout)).rstrip("\n")
