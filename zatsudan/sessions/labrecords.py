"""The records of the lab: an experiment, the replies to its cells, and what was picked blindly."""

from collections.abc import Mapping
from typing import TypeAlias

from zatsudan.base.jsonvalues import Json, text_field
from zatsudan.sessions.planned import read_lab
from zatsudan.sessions.session import Session


def _set_lab(session: Session, record: Mapping[str, Json]) -> bool:
    lab = read_lab(record, session.nodes)
    if lab is None:
        return False
    session.lab = lab
    return True


def _fill_cell(session: Session, record: Mapping[str, Json]) -> bool:
    at, node_id = record.get("at"), text_field(record, "id")
    if session.lab is None or not isinstance(at, int) or node_id not in session.nodes:
        return False
    if not 0 <= at < len(session.lab.cells):
        return False
    session.lab = session.lab.with_reply(at, node_id)
    return True


#: The label that was picked (`` for a tie), and all that stood for choice, as they were shown.
Vote: TypeAlias = tuple[str, tuple[str, ...]]


def read_vote(record: Mapping[str, Json]) -> Vote | None:
    """Return the blind pick that a record tells of; None where it tells of none."""
    labels, picked = record.get("labels"), text_field(record, "picked")
    if not isinstance(labels, list):
        return None
    names = tuple(str(label) for label in labels)
    tie = record.get("tie") is True and not picked
    return (picked, names) if tie or picked in names else None


def _vote(session: Session, record: Mapping[str, Json]) -> bool:
    vote = read_vote(record)
    if vote is None:
        return False
    session.votes.append(vote)
    if session.lab is not None:
        session.lab = session.lab._replace(blind=False)
    return True


CHANGES = {"lab": _set_lab, "cell": _fill_cell, "vote": _vote}
