"""The slash commands: each returns an outcome, none prints."""

from pathlib import Path

from zatsudan.commands.registry import read_index

#: The modules that have commands, in the order in which /help lists these.
MODULES = (
    "conversation",
    "counts",
    "branches",
    "sampling",
    "knobs",
    "presets",
    "experiments",
    "comparing",
    "probes",
    "bias",
    "tokens",
    "tracing",
    "servers",
    "sessions",
    "naming",
    "finding",
    "take",
    "transfer",
    "about",
)

#: What their modules declare, a line a command. Written by `python -m tests.generate`.
INDEX = Path(__file__).with_name("index.tsv")

COMMANDS = read_index(INDEX.read_text("utf-8"))
