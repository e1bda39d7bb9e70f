"""`python -m zatsudan`."""

import sys

# `-m` puts the current directory before the standard library. Nothing of it is ours to run,
# unless it is where we lie ourselves: then we are found there, and behind all else.
if not sys.flags.safe_path:
    here = sys.path.pop(0)
    if __file__.startswith(here):
        sys.path.append(here)

from zatsudan.cli.main import main

main()
