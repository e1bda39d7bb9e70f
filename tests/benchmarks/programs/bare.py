"""A prompt of prompt_toolkit, and nothing else."""

from prompt_toolkit import PromptSession

PromptSession[str]().prompt("> ")
