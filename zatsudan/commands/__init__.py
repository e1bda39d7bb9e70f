"""The slash commands: each returns an outcome, none prints."""

from zatsudan.commands import (
    about,
    bias,
    conversation,
    experiments,
    knobs,
    lab,
    presets,
    probes,
    sampling,
    search,
    servers,
    sessions,
    take,
    titles,
    tokens,
    trace,
    transfer,
    tree,
)
from zatsudan.commands.registry import collect

COMMANDS = collect(
    conversation,
    tree,
    sampling,
    knobs,
    presets,
    experiments,
    lab,
    probes,
    bias,
    tokens,
    trace,
    servers,
    sessions,
    titles,
    search,
    take,
    transfer,
    about,
)
