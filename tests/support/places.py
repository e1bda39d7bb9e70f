"""Where things lie."""

from pathlib import Path

#: The checkout.
ROOT = Path(__file__).parent.parent.parent
#: Files that are read by tests.
DATA = ROOT / "tests" / "data"
