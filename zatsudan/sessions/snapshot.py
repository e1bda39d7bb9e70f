"""A session as the shortest list of records that makes it anew: what is exported as `jsonl`."""

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import VERSION, character_record, message_record
from zatsudan.sessions.session import Session


def records(session: Session) -> list[JsonObject]:
    """Return records of which `replay` makes an equal session.

    What was replaced since (an earlier title, a parameter's earlier value) is
    not among them, nor are records that this version does not know.
    """
    found: list[JsonObject] = [
        {"type": "session", "version": VERSION, "id": session.id, "created": session.created}
    ]
    if session.title:
        found.append({"type": "title", "title": session.title})
    # Each that was ever in force: a reply's request is put together with its own.
    earlier = [text for text in session.systems if text != session.system]
    found += [{"type": "system", "content": text} for text in (*earlier, session.system) if text]
    if earlier and not session.system:
        found.append({"type": "system", "content": ""})
    present = session.character
    found += [character_record(each) for each in session.characters.values() if each != present]
    if session.characters:
        found.append(character_record(present))
    if session.model or session.server:
        found.append({"type": "model", "model": session.model, "server": session.server})
    found += [
        {"type": "set", "name": name, "value": setting.value, "origin": setting.origin}
        for name, setting in session.settings.items()
    ]
    if session.by_state is not None:
        found.append(session.by_state.to_json())
    found += [
        message_record(
            node.id, node.parent, node.message, node.at, _plain(node.made), by_hand=node.by_hand
        )
        for node in session.nodes.values()
    ]
    found += _partials(session)
    found += [{"type": "pin", "id": node_id} for node_id in sorted(session.pinned)]
    found += [
        {"type": "withhold", "id": node_id, "how": how}
        for node_id, how in sorted(session.withheld.items())
    ]
    if session.begin is not None:
        found.append(session.begin.to_json())
    found += [
        {
            "type": "vote",
            "picked": picked,
            "labels": list(labels),
            **({} if picked else {"tie": True}),
        }
        for picked, labels in session.votes
    ]
    if session.lab is not None:
        found.append(session.lab.to_json())
    if session.nodes:
        found.append({"type": "head", "id": session.head})
    return found


def _plain(made: Made | None) -> Made | None:
    """Return how a reply was made with lists for its log probabilities, which a live talk keeps as bytes."""
    return made._replace(logprobs=tuple(made.logprobs)) if made is not None else None


def _partials(session: Session) -> list[JsonObject]:
    found: list[JsonObject] = []
    for node_id, partial in session.partials.items():
        found.append({"type": "head", "id": partial.head})  # where it stood then
        facts: JsonObject = {
            "parent": partial.parent,
            "at": partial.at,
            "made": partial.made.to_json(),
        }
        for content, reasoning in zip(partial.content, partial.reasoning, strict=True):
            found.append(
                {
                    "type": "delta",
                    **facts,
                    "id": node_id,
                    "content": content,
                    "reasoning": reasoning,
                }
            )
            facts = {}
    return found
