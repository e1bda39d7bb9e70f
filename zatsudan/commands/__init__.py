"""The slash commands: each returns an outcome, none prints."""

from pathlib import Path

from zatsudan.commands.registry import read_index

#: The modules that have commands, in the order in which /help lists these.
MODULES = (
    "conversation",
    "counts",
    "drafting",
    "characters",
    "variants",
    "pasting",
    "branches",
    "adding",
    "sampling",
    "shortways",
    "think",
    "knobs",
    "presets",
    "experiments",
    "sweeping",
    "comparing",
    "tallying",
    "judging",
    "differing",
    "probes",
    "repeating",
    "bias",
    "tokens",
    "forks",
    "manual",
    "reshape",
    "desk",
    "tracing",
    "requested",
    "replaying",
    "calling",
    "servers",
    "sessions",
    "naming",
    "finding",
    "take",
    "transfer",
    "importing",
    "about",
)

#: What their modules declare, a line a command. Written by `python -m tests.generate`, and a
#: test holds it. It repeats what stands there, for it is a tenth of the start: until the menu
#: of `/temp` stood the program took 107 ms (105 of CPU) and 32.6 MiB with it, and 121 ms (120)
#: and 34.6 MiB with the modules imported at the first slash. Made at build it would be missing
#: in a checkout; kept in the cache folder it could be old, and --private writes nothing.
INDEX = Path(__file__).with_name("index.tsv")

COMMANDS = read_index(INDEX.read_text("utf-8"))
