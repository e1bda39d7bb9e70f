"""zatsudan (雑談): a terminal REPL for any server that speaks /v1/chat/completions."""

__version__ = "0.1.0"
