"""`zatsudan import`: the files of other programs one after another, all that they hold or what is chosen."""

import sys
from collections.abc import Collection, Iterator, Sequence

from zatsudan.base.errors import ImportRefused
from zatsudan.base.files import expanded
from zatsudan.base.language import say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.cli.exits import code_of
from zatsudan.cli.printing import print_line, print_parts
from zatsudan.config.settings import platform_places
from zatsudan.sessions import imports
from zatsudan.sessions.imports.draft import Draft
from zatsudan.sessions.imports.selection import chosen
from zatsudan.talk.talk import new_session_id, utc_now


class Intake:
    """The files that are named. `code` is the exit code: one that cannot be read makes it another."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.code = 0

    def take_all(self) -> None:
        """Make sessions of all that the files hold, each file's as soon as it is read."""
        for name, drafts in self._read(self._names):
            self._write(name, drafts)

    def take(self, wanted: Sequence[str]) -> None:
        """Make sessions of those that are wanted, numbered over all files."""
        found = dict(self._read(dict.fromkeys(self._names)))
        every = [(name, draft) for name, drafts in found.items() for draft in drafts]
        kept: dict[str, list[Draft]] = {}
        for place in chosen(wanted, [draft for _, draft in every]):
            name, draft = every[place]
            kept.setdefault(name, []).append(draft)
        for name, drafts in kept.items():
            self._write(name, drafts)

    def show(self, wanted: Sequence[str]) -> None:
        """Print what the files hold, or those that are wanted of it; nothing is written."""
        from zatsudan.commands.importing import offered_rows

        found = dict(self._read(dict.fromkeys(self._names)))
        every = [draft for drafts in found.values() for draft in drafts]
        if every:
            print_parts(offered_rows(found, chosen(wanted, every) if wanted else range(len(every))))

    def _read(self, names: Collection[str]) -> Iterator[tuple[str, list[Draft]]]:
        for name in names:
            try:
                yield name, imports.drafts_of(expanded(name), _note, pipes=True)
            except ImportRefused as error:
                # One that cannot be read is no reason to leave out those behind it.
                if len(names) == 1:
                    raise
                _note(printable(f"{one_line(name, 120)}: {error.sentence}\n{error.advice}"))
                self.code = code_of(error)

    def _write(self, name: str, drafts: Sequence[Draft]) -> None:
        paths = imports.write(drafts, platform_places().sessions, new_session_id, utc_now)
        print_line(
            say_count("{n} session from {file}", "{n} sessions from {file}", len(paths), file=name)
        )


def _note(text: Printable) -> None:
    sys.stderr.write(f"{text}\n")
