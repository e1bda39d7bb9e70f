"""A place in a line of Markdown, counted in characters and in columns."""


class Cursor:
    """Goes through a line; a tab goes to the next fourth column and may be used in part."""

    __slots__ = ("blank", "column", "indent", "next", "next_column", "offset", "tab", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.column = 0
        self.tab = False  # whether part of the tab at `offset` is used up
        self.look()

    def look(self) -> None:
        """Find the next character that is no blank."""
        text, at, column = self.text, self.offset, self.column
        end = len(text)
        while at < end:
            char = text[at]
            if char == " ":
                column += 1
            elif char == "\t":
                column += 4 - column % 4
            else:
                break
            at += 1
        self.next, self.next_column = at, column
        self.indent = column - self.column
        self.blank = at >= end

    def skip(self) -> None:
        """Go to the next character that is no blank."""
        self.offset, self.column, self.tab = self.next, self.next_column, False
        self.indent = 0

    def advance(self, columns: int) -> None:
        """Go `columns` on over blanks or characters of one column; a tab may be used in part."""
        text, end = self.text, len(self.text)
        while columns > 0 and self.offset < end:
            if text[self.offset] == "\t":
                to_stop = 4 - self.column % 4
                step = min(to_stop, columns)
                self.tab = to_stop > columns
                self.column += step
                self.offset += not self.tab
                columns -= step
            else:
                self.tab = False
                self.offset += 1
                self.column += 1
                columns -= 1
        self.look()

    def pass_quote_mark(self) -> None:
        """Go behind a `>` and the blank that may follow it."""
        self.skip()
        self.advance(1)
        if self.offset < len(self.text) and self.text[self.offset] in " \t":
            self.advance(1)

    def rest(self) -> str:
        """What follows; a tab that is used up in part gives the blanks left of it."""
        if self.tab:
            return " " * (4 - self.column % 4) + self.text[self.offset + 1 :]
        return self.text[self.offset :]
