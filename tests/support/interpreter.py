"""Code in a Python of its own."""

import subprocess
import sys
from pathlib import Path


def start(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that knows this package, with an empty home."""
    environ = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "TERM": "xterm-256color",
        "PYTHONPATH": ":".join(sys.path),
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
