"""How Markdown looks where nothing is configured."""

from zatsudan.base.styles import Styles
from zatsudan.terminal.markdown.look import look_of

DEFAULT = look_of(Styles())
