"""What a character puts around the messages of a talk: its system message, and messages at a depth.

The order is that in which cards are written for: the prompt, the lorebook's entries before, who the
person is, the character, its scenario, the entries behind, the examples. Headings are English, as
the cards' own are: they are for the model.
"""

import re
from collections.abc import Iterable, Sequence

from zatsudan.sessions.characters import card
from zatsudan.sessions.characters.card import ORIGINAL, Character, Entry
from zatsudan.sessions.session import Session
from zatsudan.sessions.window import Frame, Placed
from zatsudan.wire.messages import Message

#: The prompt where neither the card nor the person gives one.
PROMPT = "Write {char}'s next reply in a fictional chat between {char} and {user}."

_ORIGINAL = re.compile(re.escape(ORIGINAL), re.IGNORECASE)
_START = re.compile(r"^[ \t]*<START>[ \t]*$", re.IGNORECASE | re.MULTILINE)


def leading(session: Session) -> str:
    """Return the system message as it leads a talk: with a character, what its card makes of it."""
    if session.character is None:
        return session.system
    return framed(session.character, session.system).system


def framed(character: Character, own: str, active: Iterable[int] = ()) -> Frame:
    """Return what a character makes of the person's `own` system message, with these entries of its lorebook."""
    entries = character.book.entries
    chosen = sorted(
        (number for number in active if 0 <= number < len(entries)),
        key=lambda number: (entries[number].order, number),
    )
    in_talk = [
        Placed(depth, Message(entries[number].role, entries[number].content), number)
        for number in chosen
        if (depth := entries[number].depth) is not None
    ]
    within = [entries[number] for number in chosen if entries[number].depth is None]
    # Those that are to stand last come behind the entries that stand there too.
    last = _ORIGINAL.sub("", character.post_history).strip()
    if last:
        in_talk.append(Placed(0, Message("system", last)))
    return Frame(_system(character, own, within), tuple(in_talk))


def _system(character: Character, own: str, entries: Sequence[Entry]) -> str:
    at = {
        place: [entry.content for entry in entries if entry.position == place]
        for place in card.POSITIONS
    }
    name, user = character.name, character.user
    prompt = own or PROMPT.format(char=name, user=user)
    if character.system_prompt.strip():
        # A function: the person's text may hold backslashes.
        prompt = _ORIGINAL.sub(lambda _: prompt, character.system_prompt)
    persona = character.persona.strip()
    about = _headed(f"{name}'s personality: ", character.personality, at[card.PERSONALITY])
    scenario = _headed("Scenario: ", character.scenario, at[card.SCENARIO])
    parts = [
        prompt,
        *at[card.BEFORE],
        f"About {user}: {persona}" if persona else "",
        *at[card.BEFORE_DESCRIPTION],
        character.description,
        *at[card.AFTER_DESCRIPTION],
        *about,
        *scenario,
        *at[card.AFTER],
        _examples(character.examples),
    ]
    return "\n\n".join(text for part in parts if (text := part.strip()))


def _headed(heading: str, text: str, more: Sequence[str]) -> list[str]:
    return [f"{heading}{text.strip()}" if text.strip() else "", *more]


def _examples(text: str) -> str:
    if not _START.sub("", text).strip():
        return ""
    blocks = (block.strip() for block in _START.split(text))
    return "\n\n".join(f"[Example chat]\n{block}" for block in blocks if block)
