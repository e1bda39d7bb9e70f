"""The questions by which a server is connected, as values made from what is known of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.addresses import shown_url
from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.asking import Question
from zatsudan.commands.connecting.answers import NO_KEY, Answers, same
from zatsudan.commands.picking import Row
from zatsudan.config.settings import EMBEDDED, Config
from zatsudan.servers.choice import Server
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import OFFERED
from zatsudan.wire.models import Model, choose_model

if TYPE_CHECKING:
    from zatsudan.servers.nearby import Found

#: Answers that are the same in every language.
OTHER = "other"
YES, NO = "yes", "no"
KEY, MODEL, SERVER, AGAIN, KEEP = "key", "model", "server", "again", "keep"


def which(running: "Sequence[Found]", embedded: Printable) -> Question:
    """Ask for the server: this user's that run here first, also those of no known kind.

    `embedded` says how the embedded model stands.
    """
    found = {one.server.name: one for one in reversed(running)}
    here = [one for one in running if one.ours and found[one.server.name] is one]
    kinds = {known.name: known for known in OFFERED}
    rows = [_found(one, kinds.get(one.server.name)) for one in here]
    for known in OFFERED:
        one = found.get(known.name)
        if one is None:
            rows.append(_row(known.name, printable(known.label), known.url))
        elif not one.ours:
            rows.append(_found(one, known))
    rows.append(Row(EMBEDDED, (say("Embedded model"), embedded)))
    rows.append(Row(OTHER, (say("Another server"), say("or write its address here"))))
    return Question(
        say("1 of 4 · Which server?"),
        tuple(rows),
        free=True,
        help=say("type a name, or an address"),
    )


def _found(one: "Found", known: ServerKind | None) -> Row:
    note = say("runs here") if one.ours else say("runs here, another user's")
    url = one.server.base_url
    if known is None:
        return _row(url, one_line(one.server.name, 40), url, note)
    return _row(known.name, printable(known.label), url, note)


def _row(answer: str, label: Printable, url: str, note: Printable = EMPTY) -> Row:
    # Only its name is searched: an address that is typed is meant as it is.
    address = shown_url(url)
    there = printable(f"{address} · {note}") if note else address
    return Row(answer, (label, there), label)


def address() -> Question:
    """Ask for the address of a server that is not on the list."""
    return Question(say("1 of 4 · Its address?"), free=True, help=say("as in https://host/v1"))


def key(usual: str, environ: Mapping[str, str]) -> Question:
    """Ask for the key, or for the variable that holds it; `usual` is what others call that."""
    none = Row(NO_KEY, (say("No key"), say("for a server that wants none")))
    if usual:
        there = say("set here") if environ.get(usual) else say("not set here")
        rows = [Row(f"${usual}", (printable(f"${usual}"), there)), none]
    else:  # a key is meant for one server: Enter alone sends none to another
        names = sorted(name for name in environ if name.endswith("_API_KEY"))
        rows = [
            none,
            *(Row(f"${name}", (one_line(f"${name}"), say("set here"))) for name in names[:6]),
        ]
    return Question(
        say("2 of 4 · The key, or the variable that holds it?"),
        tuple(rows),
        free=True,
        hidden=True,
        help=say("what you type or paste is not shown"),
    )


def model(models: Sequence[Model]) -> Question:
    """Ask for the model, one that can chat offered first."""
    first = choose_model(models)
    ordered = [*([first] if first else []), *(one for one in models if one != first)]
    note = say_count("{n} model", "{n} models", len(models))
    return Question(
        say("3 of 4 · Which model?"),
        tuple(Row(one.id, (one_line(one.id, 60), _length(one))) for one in ordered),
        free=True,
        help=note if models else say("the server does not list them"),
    )


def _length(one: Model) -> Printable:
    if not one.context_length:
        return EMPTY
    return say("{n} tokens of context", n=f"{one.context_length:,}")


def mend(error: ZatsudanError, answers: Answers) -> Question:
    """Ask which answer was wrong, the likely one first."""
    status = error.status if isinstance(error, StatusError) else 0
    if status in (401, 402, 403):
        likely = KEY
    elif status in (400, 404, 422):
        likely = MODEL
    else:
        likely = AGAIN if status else SERVER
    labels = {
        KEY: (say("Another key"), EMPTY),
        MODEL: (say("Another model"), EMPTY),
        SERVER: (say("Another server"), EMPTY),
        AGAIN: (say("Try again"), EMPTY),
        KEEP: (say("Keep it all the same"), say("it may answer later")),
    }
    if not answers.model:
        del labels[KEEP], labels[MODEL]
    order = sorted(labels, key=lambda name: name != likely)
    return Question(say("What is to be changed?"), tuple(Row(name, labels[name]) for name in order))


def name(answers: Answers, config: Config) -> Question:
    """Ask what the profile is called: a new name, or that of the same server's."""
    there = config.profiles
    offered, number = answers.name, 2
    while offered in there and not same(there[offered], answers.url):
        offered, number = f"{answers.name}-{number}", number + 1
    note = say("is there already, and is replaced") if offered in there else EMPTY
    return Question(
        say("4 of 4 · What is it to be called?"),
        (Row(offered, (one_line(offered), note)),),
        free=True,
        help=say("for --profile NAME and /connect NAME"),
    )


def default(name: str, present: str) -> Question:
    """Ask whether the profile answers where none is named; `present` is the one that does now."""
    instead = say("instead of {name}", name=present) if present and present != name else EMPTY
    how = say("only with --profile {name}", name=name)
    return Question(
        say("4 of 4 · Is it to answer where no other is named?"),
        (Row(YES, (say("Yes"), instead)), Row(NO, (say("No"), how))),
    )


def send_to(server: Server) -> Question:
    """Ask whether an earlier talk goes to a server that was only found here."""
    name, place = one_line(server.name, 40), one_line(server.base_url.removesuffix("/v1"), 60)
    return Question(
        say("Send this talk to {name}, found at {url}?", name=name, url=place),
        (
            Row(YES, (say("Yes"), say("all of it so far, and what follows"))),
            Row(NO, (say("No"), say("nothing is sent"))),
        ),
    )


def fetch(file: str, host: str, size: Printable) -> Question:
    """Ask whether a model file is to be fetched."""
    return Question(
        say("Fetch {name} from {host}?", name=file, host=one_line(host, 60)),
        (Row(YES, (say("Yes"), size)), Row(NO, (say("No"), EMPTY))),
    )
