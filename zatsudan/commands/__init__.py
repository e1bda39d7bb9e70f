"""The slash commands: each returns an outcome, none prints."""

from zatsudan.commands import (
    about,
    bias,
    conversation,
    knobs,
    presets,
    sampling,
    servers,
    sessions,
    tokens,
    trace,
)
from zatsudan.commands.registry import collect

COMMANDS = collect(
    conversation, sampling, knobs, presets, bias, tokens, trace, servers, sessions, about
)
