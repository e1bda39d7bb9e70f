"""The slash commands: each returns an outcome, none prints."""

from zatsudan.commands import about, conversation, sampling, servers, sessions, take, transfer, tree
from zatsudan.commands.registry import collect

COMMANDS = collect(conversation, tree, sampling, servers, sessions, take, transfer, about)
