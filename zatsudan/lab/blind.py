"""What a blind run tells of faults: nothing that would name a server, a model or a setting."""

from collections.abc import Callable

from zatsudan.base.errors import StatusError, ZatsudanError, explain_status
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable

#: What a blind run tells in place of what would name a server, a model or a setting.
HIDDEN_NOTE = later(
    "A note is held back while this is blind; /learned shows what a server refused."
)
HIDDEN_FAULT = later("The reply did not come whole.")


def hidden_fault(error: ZatsudanError) -> Printable:
    """Say what went wrong by its HTTP status alone."""
    status = error.status if isinstance(error, StatusError) else 0
    return say("{what}.", what=explain_status(status)[0]) if status else say(HIDDEN_FAULT)


def once(on_note: Callable[[Printable], None], text: Printable) -> Callable[[Printable], None]:
    """Return what says `text` in place of the first note, and nothing of the rest."""
    said: list[str] = []

    def note(_: str) -> None:
        if not said:
            said.append(text)
            on_note(text)

    return note
