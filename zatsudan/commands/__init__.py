"""The slash commands: each returns an outcome, none prints."""

from zatsudan.commands import (
    about,
    conversation,
    experiments,
    lab,
    probes,
    sampling,
    search,
    servers,
    sessions,
    take,
    titles,
    transfer,
    tree,
)
from zatsudan.commands.registry import collect

COMMANDS = collect(
    conversation,
    tree,
    sampling,
    experiments,
    lab,
    probes,
    servers,
    sessions,
    titles,
    search,
    take,
    transfer,
    about,
)
