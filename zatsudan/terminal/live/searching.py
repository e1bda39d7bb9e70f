"""The row in which an earlier line is searched for (Ctrl-R)."""

from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.layout import ConditionalContainer, SearchBufferControl, Window
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.lexers import SimpleLexer
from prompt_toolkit.search import SearchDirection

from zatsudan.base.language import say


class SearchRow:
    """What is typed into it is searched for, in small or capital letters; it stands while one searches.

    Not the SearchToolbar of prompt_toolkit: with it come dialogs and menus, and its words are English.
    """

    def __init__(self) -> None:
        self.control = SearchBufferControl(
            Buffer(),
            input_processors=[BeforeInput(self._words, style="class:search-toolbar.prompt")],
            lexer=SimpleLexer(style="class:search-toolbar.text"),
            ignore_case=True,
        )
        self.container = ConditionalContainer(
            Window(self.control, height=1, style="class:search-toolbar"),
            Condition(lambda: self.control in get_app().layout.search_links),
        )

    def _words(self) -> AnyFormattedText:
        if self.control.searcher_search_state.direction == SearchDirection.FORWARD:
            return say("search on: ")
        return say("search back: ")
