"""What is said of a reply that is more or less than text: calls, nothing at all, a part of it."""

from collections.abc import Sequence

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.sessions.calls import Call, Waiting, calls_of
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node
from zatsudan.wire.ends import CALLS, FILTER, FUNCTION, LENGTH, meaning_of


def shortfalls(nodes: Sequence[Node | None]) -> list[Printable]:
    """Return why replies that ended well are not whole, a sentence for each that is not.

    Of many it is said which one, counted from 1.
    """
    texts = [shortfall(node) if node is not None else EMPTY for node in nodes]
    many = len(texts) > 1
    return [
        printable(f"{number}: {text}") if many else text
        for number, text in enumerate(texts, 1)
        if text
    ]


def shortfall(node: Node) -> Printable:
    """Return why a reply that ended well is not whole; empty if it is."""
    made = node.made
    if made is None or made.ended != FINISHED:
        return EMPTY
    meaning = meaning_of(made.finish_reason)
    if meaning == LENGTH:
        return say("The reply was cut at the token limit.")
    if meaning == FILTER:
        return say("The reply was stopped by the content filter.")
    if made.beside.get("images") or made.beside.get("audio"):
        return EMPTY  # what came is no text, and nothing is missing
    note = reply_note(node)
    return note if note or meaning not in (CALLS, FUNCTION) else say(_CALLS_NOTHING)


_CALLS_NOTHING = later("The reply ends with a call, but none came.")


def reply_note(node: Node) -> Printable:
    """Return what is said of a reply that is not the text it should be: calls, nothing, another form."""
    calls = [describe_call(call) for call in calls_of(node.message)]
    if calls:
        return say(
            "The model wants to call {calls}. zatsudan calls nothing.", calls=", ".join(calls)
        )
    return misformed(node)


def misformed(node: Node) -> Printable:
    """Return what is said of a reply without calls that is nothing, or in another form than asked for."""
    if calls_of(node.message):
        return EMPTY
    if not node.message.text.strip():
        return say("(the reply has no text)")
    made = node.made
    if made is None or made.ended != FINISHED or meaning_of(made.finish_reason) == LENGTH:
        return EMPTY
    from zatsudan.parameters.row import JSON
    from zatsudan.parameters.table import BY_NAME

    if not any(name in BY_NAME and BY_NAME[name].form == JSON for name in made.parameters):
        return EMPTY
    from zatsudan.talk.conformity import misfit  # few replies are asked for in a form

    return misfit(node.message.text, made.parameters)


def unanswered(waits: Waiting) -> Printable:
    """Return what is said where some calls of a reply were answered and one waits: nothing was sent."""
    return say(
        "{name} waits for its answer too, call {number} of {count}: send it with --continue.",
        name=one_line(waits.call.name, 60),
        number=waits.open[0] + 1,
        count=len(waits.calls),
    )


def describe_call(call: Call) -> Printable:
    """Return a call in one line: `name(arguments)`."""
    return printable(f"{one_line(call.name, 40)}({one_line(call.arguments, 80)})")
