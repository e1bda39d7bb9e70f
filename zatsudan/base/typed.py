"""What is imported for types alone: `if TYPE_CHECKING:` without importing typing.

mypy goes by the name, and ruff by `lint.typing-modules`. The standard library's own of
that name costs the import of typing, which nothing else of a --help needs: 12 % of its
instructions, and 3 % of the start to the prompt (callgrind, CPython 3.11). So those
modules take it from here that are read before the config is.
"""

TYPE_CHECKING = False
