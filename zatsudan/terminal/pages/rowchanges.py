"""Rows of the picker that are renamed and deleted."""

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.commands.outcomes import Pick
from zatsudan.commands.picking import Picking
from zatsudan.terminal.text.rows import cut


class RowChanges:
    """Renames the marked row, or deletes it after a question.

    While `renaming`, the new `name` is typed; while `asking`, any key answers. `count` is how
    many rows were changed; `note` tells what is to be told until the next key.
    """

    def __init__(self, pick: Pick, rows: Picking) -> None:
        self.pick = pick
        self.name = Buffer(multiline=False, name="name")
        self.renaming = False
        self.asking = False
        self.count = 0
        self.note = EMPTY
        self._rows = rows

    @property
    def under_way(self) -> bool:
        """Is a name typed, or a question open?"""
        return self.renaming or self.asking

    def complain(self, error: ZatsudanError) -> None:
        """Have it told what went wrong."""
        self.note = one_line(f"{error.sentence} {error.advice}")

    def question(self) -> Printable:
        """Return the question before a row goes."""
        marked = self._rows.marked
        name = cut(one_line(marked.cells[0]), 40) if marked is not None else EMPTY
        return say("Delete “{name}” for good? y deletes, n keeps it", name=name)

    def keys(self, filter_: Buffer) -> KeyBindings:
        """Return the keys for both; the list is filtered in `filter_`, which has the keys again afterwards."""
        keys = KeyBindings()
        browsing = Condition(lambda: not self.under_way)
        self._rename_keys(keys, browsing, filter_)
        self._delete_keys(keys, browsing)
        return keys

    def _rename_keys(self, keys: KeyBindings, browsing: Condition, filter_: Buffer) -> None:
        renaming = Condition(lambda: self.renaming)
        possible = Condition(lambda: self.pick.rename is not None)

        @keys.add("c-r", filter=browsing & possible)
        def _ask_name(event: KeyPressEvent) -> None:
            if self._rows.marked is not None:
                self.renaming = True
                self.name.text = self._rows.marked.cells[0]
                self.name.cursor_position = len(self.name.text)
                event.app.layout.focus(self.name)

        @keys.add("enter", filter=renaming)
        def _rename(event: KeyPressEvent) -> None:
            marked, name = self._rows.marked, self.name.text.strip()
            if marked is not None and self.pick.rename is not None and name:
                try:
                    self._rows.replace(self.pick.rename(marked.key, name))
                    self.count += 1
                except ZatsudanError as error:
                    self.complain(error)
            _keep_name(event)

        @keys.add("escape", filter=renaming)
        def _keep_name(event: KeyPressEvent) -> None:
            self.renaming = False
            event.app.layout.focus(filter_)

    def _delete_keys(self, keys: KeyBindings, browsing: Condition) -> None:
        asking = Condition(lambda: self.asking)
        possible = Condition(lambda: self.pick.delete is not None)

        @keys.add("c-d", filter=browsing & possible)
        @keys.add("delete", filter=browsing & possible)
        def _ask(_event: KeyPressEvent) -> None:
            self.asking = self._rows.marked is not None

        @keys.add(Keys.Any, filter=asking)
        @keys.add("escape", filter=asking)
        @keys.add("enter", filter=asking)
        def _answer(event: KeyPressEvent) -> None:
            self.asking = False
            marked = self._rows.marked
            if event.data not in ("y", "Y") or marked is None or self.pick.delete is None:
                return
            try:
                self.pick.delete(marked.key)
            except ZatsudanError as error:
                self.complain(error)
            else:
                self._rows.remove(marked.key)
                self.count += 1
