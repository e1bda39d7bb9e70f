"""The slash commands: each returns an outcome, none prints."""

from zatsudan.commands import (
    about,
    conversation,
    experiments,
    lab,
    probes,
    sampling,
    servers,
    sessions,
)
from zatsudan.commands.registry import collect

COMMANDS = collect(conversation, sampling, experiments, lab, probes, servers, sessions, about)
