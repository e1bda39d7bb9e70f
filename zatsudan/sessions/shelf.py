"""All sessions of the directory: list, find, rename, delete."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.base import files
from zatsudan.base.errors import StoreError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.sessions import noted
from zatsudan.sessions.folder import Entry, entries
from zatsudan.sessions.journal import SUFFIX, Journal, parse
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Node
from zatsudan.sessions.summary import Summary, read, summary_of

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bytes of a journal's end that are parsed to show how the talk ended.
_TAIL_BYTES = 262_144


#: Summaries by their journals, each with the time at which the journal was changed.
Known: TypeAlias = dict[Path, tuple[float, Summary | None]]


def latest(directory: Path, count: int = 1, known: Known | None = None) -> list[Summary]:
    """Return the sessions that were changed last and in which somebody said something.

    Only so many are read, of however many there are, and none that is `known` and was not
    changed since. `known` then holds these, the latest first.
    """
    return beginning(directory, count, known).found


class Beginning(NamedTuple):
    """The list of sessions as far as it was looked at; `total` is how many it has in all, or a few less."""

    found: list[Summary]
    total: int

    @property
    def whole(self) -> bool:
        """Whether these are all."""
        return len(self.found) >= self.total


def beginning(directory: Path, count: int, known: Known | None = None) -> Beginning:
    """Return the first sessions of the list, the latest first, without looking at all that the index knows."""
    from zatsudan.sessions import atonce

    told = atonce.latest(directory, count)
    known = {} if known is None else known
    if told is not None:
        known.clear()
        known.update((one.path, (one.modified, one)) for one in told.found)
        return Beginning(*told)
    before = known.copy()
    known.clear()
    there = entries(directory)
    found: list[Summary] = []
    for left, (entry, summary) in zip(
        range(len(there) - 1, -1, -1), _summaries(directory, there, before, count), strict=True
    ):
        known[directory / entry.name] = entry.modified, summary
        if summary is not None:
            found.append(summary)
            if len(found) == count:
                return Beginning(found, count + left)
    return Beginning(found, len(found))


def _summaries(
    directory: Path, there: Sequence[Entry], before: Known, together: int
) -> Iterator[tuple[Entry, Summary | None]]:
    """Yield the summaries of journals; read are those alone of which neither the index nor `before` knows.

    The index is asked of so many `together`.
    """
    from zatsudan.sessions import index

    for at in range(0, len(there), together):
        some = there[at : at + together]
        known = index.summaries(directory, some)
        for entry in some:
            read_before = before.get(directory / entry.name) if before else None
            if read_before is not None and read_before[0] == entry.modified:
                yield entry, read_before[1]
            elif entry.name in known:
                yield entry, known[entry.name]
            else:
                data, modified = read(f"{directory}/{entry.name}")
                yield entry, summary_of(directory, entry.name, data, modified)


def changed_since(path: Path, since: int) -> Summary | None:
    """Return the session beside this one that was changed last, if later than `since`, in nanoseconds."""
    for entry in entries(path.parent):
        if entry.stamp[0] <= since:
            break
        if entry.name != path.name:
            found = summary_of(path.parent, entry.name, *read(path.parent / entry.name))
            if found is not None:
                return found
    return None


def summaries(directory: Path) -> list[Summary]:
    """Return all sessions, the latest first; all are looked at, and read those of which the index does not know."""
    there = entries(directory)
    found = _summaries(directory, there, {}, max(1, len(there)))
    return [summary for _, summary in found if summary is not None]


def find(directory: Path, name: str) -> Summary:
    """Return the session of that id, title, number in the list, or beginning of either.

    Raises StoreError, also if several fit.
    """
    number = whole_number(name)
    if number:
        found = latest(directory, number)
        if number <= len(found):
            return found[number - 1]
    from zatsudan.sessions import atonce

    fits = _fitting(atonce.fitting(directory, name) or [], name)
    if not fits:  # that is told only when all were looked at
        surely = atonce.fitting(directory, name, surely=True)
        fits = _fitting(summaries(directory) if surely is None else surely, name)
    if len(fits) == 1 or (fits and fits[0].title == name):
        return fits[0]
    if fits:
        shown = fits[:4]
        # Of one name, the ids tell them apart.
        alike = len({summary.name for summary in shown}) < len(shown)
        names = ", ".join(
            f"{summary.id} ({summary.name})" if alike else summary.name for summary in shown
        )
        raise StoreError(
            say("Several sessions fit {name!r}: {names}.", name=one_line(name, 40), names=names),
            say("Name its id: -r {id} takes the latest.", id=fits[0].id)
            if alike
            else say("Name it more fully."),
        )
    raise StoreError(
        say("There is no session {name!r}.", name=one_line(name, 40)),
        say("/sessions lists those that are there."),
    )


def _fitting(found: list[Summary], name: str) -> list[Summary]:
    """Return those that fit a name in the best way in which any does."""
    wanted = name.casefold()
    ways: tuple[Callable[[Summary], bool], ...] = (
        lambda summary: name in (summary.id, summary.title),
        lambda summary: summary.id.startswith(name),
        lambda summary: summary.name.casefold().startswith(wanted),
        lambda summary: wanted in summary.name.casefold(),
    )
    fits = ([summary for summary in found if way(summary)] for way in ways)
    return next(filter(None, fits), [])


def ending(path: Path, messages: int) -> list[Node]:
    """Return the last messages of a session's path, from the end of its journal alone."""
    for size in (_TAIL_BYTES, sys.maxsize):  # one line may be longer than the tail
        try:
            with files.opened(path) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - size))
                data = file.read()
        except OSError:
            return []
        # What lies further back is missing: such messages hang on what stood before them.
        records = (parse(line) for line in data.split(b"\n"))
        path_nodes = replay(record for record in records if record).path()
        if path_nodes:
            return list(path_nodes[-messages:])
    return []


def rename(path: Path, title: str) -> None:
    """Give a session another title; its place in the list stays. Raises StoreError."""
    before = _times(path)
    journal = Journal(path)
    journal.take()
    try:
        journal.append({"type": "title", "title": title})
        trouble = journal.trouble
    finally:
        journal.close()
    if trouble:
        raise StoreError(trouble, say("Free some space, or look at the directory's rights."))
    os.utime(path, ns=before)
    noted.note(path)


def _times(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        now = time.time_ns()
        return now, now
    return stat.st_atime_ns, stat.st_mtime_ns


def delete(path: Path) -> None:
    """Delete a session for good; raises StoreError if it is open somewhere or cannot be deleted."""
    journal = Journal(path)
    journal.take()
    if sys.platform == "win32":  # deletes no file that is open
        journal.close()
    try:
        before = noted.time_of(path.parent)
        path.unlink()
        # What came with its replies lies beside it (talk/received.py).
        for file in path.parent.iterdir():
            if file.name.startswith(f"{path.stem}-") and file.suffix != SUFFIX:
                file.unlink()
        noted.note(path, before)
    except OSError as error:
        raise StoreError(
            say("The session cannot be deleted ({reason}).", reason=files.reason(error)),
            say("Look at the directory's rights."),
        ) from error
    finally:
        journal.close()
