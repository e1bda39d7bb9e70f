"""The questions by which a server is connected, as values made from what is known of it."""

from collections.abc import Collection, Mapping, Sequence

from zatsudan.answers import NO_KEY, Answers, same
from zatsudan.config import EMBEDDED, Config
from zatsudan.core.addresses import shown_url
from zatsudan.core.asking import Question
from zatsudan.core.errors import StatusError, ZatsudanError
from zatsudan.core.language import say, say_count
from zatsudan.core.models import Model, choose_model
from zatsudan.core.picking import Row
from zatsudan.core.printable import one_line
from zatsudan.servers.kinds import OFFERED, ServerKind

#: Answers that are the same in every language.
OTHER = "other"
YES, NO = "yes", "no"
KEY, MODEL, SERVER, AGAIN, KEEP = "key", "model", "server", "again", "keep"


def which(running: Collection[str], embedded: str) -> Question:
    """Ask for the server: those that run here first; `embedded` says how the embedded model stands."""
    here = [known for known in OFFERED if known.name in running]
    others = [known for known in OFFERED if known.name not in running]
    rows = [_known(known, say("runs here")) for known in here]
    rows += [_known(known) for known in others]
    rows.append(Row(EMBEDDED, (say("Embedded model"), embedded)))
    rows.append(Row(OTHER, (say("Another server"), say("or write its address here"))))
    return Question(
        say("1 of 4 · Which server?"),
        tuple(rows),
        free=True,
        help=say("type a name, or an address"),
    )


def _known(known: ServerKind, note: str = "") -> Row:
    # Only its name is searched: an address that is typed is meant as it is.
    address = shown_url(known.url)
    return Row(known.name, (known.label, f"{address} · {note}" if note else address), known.label)


def address() -> Question:
    """Ask for the address of a server that is not on the list."""
    return Question(say("1 of 4 · Its address?"), free=True, help=say("as in https://host/v1"))


def key(usual: str, environ: Mapping[str, str]) -> Question:
    """Ask for the key, or for the variable that holds it; `usual` is what others call that."""
    none = Row(NO_KEY, (say("No key"), say("for a server that wants none")))
    if usual:
        there = say("set here") if environ.get(usual) else say("not set here")
        rows = [Row(f"${usual}", (f"${usual}", there)), none]
    else:  # a key is meant for one server: Enter alone sends none to another
        names = sorted(name for name in environ if name.endswith("_API_KEY"))
        rows = [none, *(Row(f"${name}", (f"${name}", say("set here"))) for name in names[:6])]
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


def _length(one: Model) -> str:
    if not one.context_length:
        return ""
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
        KEY: (say("Another key"), ""),
        MODEL: (say("Another model"), ""),
        SERVER: (say("Another server"), ""),
        AGAIN: (say("Try again"), ""),
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
    note = say("is there already, and is replaced") if offered in there else ""
    return Question(
        say("4 of 4 · What is it to be called?"),
        (Row(offered, (offered, note)),),
        free=True,
        help=say("for --profile NAME and /connect NAME"),
    )


def default(name: str, present: str) -> Question:
    """Ask whether the profile answers where none is named; `present` is the one that does now."""
    instead = say("instead of {name}", name=present) if present and present != name else ""
    how = say("only with --profile {name}", name=name)
    return Question(
        say("4 of 4 · Is it to answer where no other is named?"),
        (Row(YES, (say("Yes"), instead)), Row(NO, (say("No"), how))),
    )


def fetch(file: str, host: str, size: str) -> Question:
    """Ask whether a model file is to be fetched."""
    return Question(
        say("Fetch {name} from {host}?", name=file, host=one_line(host, 60)),
        (Row(YES, (say("Yes"), size)), Row(NO, (say("No"), ""))),
    )
