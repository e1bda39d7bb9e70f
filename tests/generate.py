"""Everything that is generated, made anew: `uv run python -m tests.generate`.

The order counts: the index of commands is read by all that follow.
"""

import sys
from subprocess import run

#: What makes it, and what it makes. Each is a program of its own, since the index and the
#: catalogue are read when the package is imported.
GENERATORS = {
    "tests.commands.test_index": "the index of commands",
    "tests.support.catalogue": "the catalogues of languages",
    "tests.test_readme": "the tables of commands in the READMEs",
    "tests.cli.test_man": "the man page",
    "tests.test_pictures": "the pictures of the READMEs",
}


def main() -> None:
    """Run each generator; the first that fails ends it."""
    for module, made in GENERATORS.items():
        print(made, flush=True)  # noqa: T201 - a tool for people
        run([sys.executable, "-m", module], check=True)


if __name__ == "__main__":
    main()
