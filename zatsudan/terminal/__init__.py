"""The screen: the only place that knows prompt_toolkit and rich.

It may import every other room but cli. Begin reading with repl.py (what happens with a line),
then live/program.py (the prompt that stays alive) and plain/terminal.py (the one for pipes).
"""

from zatsudan.terminal.readlater import read_later, read_wcwidth_later

read_wcwidth_later()
read_later("prompt_toolkit", "prompt_toolkit.application")
