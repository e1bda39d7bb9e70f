"""The blind picks of all sessions, found in their journals without replaying them."""

from pathlib import Path

from zatsudan.base import files
from zatsudan.sessions.journal import SUFFIX, parse
from zatsudan.sessions.labrecords import Vote, read_vote

_MARK = b'{"type":"vote"'


def votes_of(data: bytes) -> list[Vote]:
    """Return the picks in a journal's bytes; lines that are damaged count for nothing."""
    found: list[Vote] = []
    at = data.find(_MARK)
    while at >= 0:
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if at == 0 or data[at - 1 : at] == b"\n":
            vote = read_vote(parse(data[at:end]))
            if vote is not None:
                found.append(vote)
        at = data.find(_MARK, end)
    return found


def elsewhere(folder: Path, but: Path | None) -> list[Vote]:
    """Return the picks of all sessions of a folder but one, in the order of their names.

    Reads every journal, as bytes: call it in a thread. What cannot be read counts for nothing.
    """
    found: list[Vote] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path == but:
            continue
        try:
            found += votes_of(files.read(path, files.JOURNAL_BYTES))
        except OSError:
            continue
    return found
