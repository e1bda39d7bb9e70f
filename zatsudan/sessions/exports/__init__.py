"""What a session is written as for elsewhere: one row for each format.

The formats of the talk need the session only, those of a request a Request.
"""

from collections.abc import Callable
from dataclasses import dataclass

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions import snapshot
from zatsudan.sessions.exports import (
    cfamily,
    compiled,
    managed,
    scripted,
    source,
    swift,
    transcript,
)
from zatsudan.sessions.exports.literals import compact
from zatsudan.sessions.exports.outgoing import Request
from zatsudan.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Format:
    """One row: a format writes either the talk or a request.

    `ending` is its files' own, `aliases` are other names that people write,
    and `help` is a constant that is said where it is shown.
    """

    name: str
    ending: str
    help: str
    talk: Callable[[Session], str] | None = None
    request: Callable[[Request], str] | None = None
    aliases: tuple[str, ...] = ()


def _html(session: Session) -> str:
    from zatsudan.sessions.exports import page  # pygments takes a while

    return page.to_html(session)


def _jsonl(session: Session) -> str:
    return "".join(f"{compact(record)}\n" for record in snapshot.records(session))


#: In the order in which they are offered.
ROWS = (
    Format(
        "markdown",
        "md",
        later("the talk, for reading and importing"),
        talk=transcript.to_markdown,
    ),
    Format("html", "html", later("the talk as one page, light and dark"), talk=_html),
    Format("text", "txt", later("the talk as plain text"), talk=transcript.to_text),
    Format("json", "json", later("the messages as the API takes them"), talk=transcript.to_json),
    Format("jsonl", "jsonl", later("the whole session with its branches"), talk=_jsonl),
    Format(
        "curl",
        "sh",
        later("the request, for a shell"),
        request=source.to_curl,
        aliases=("shell",),
    ),
    Format("python", "py", later("the request, with httpx"), request=source.to_python),
    Format(
        "python-openai",
        "py",
        later("the request, with openai"),
        request=source.to_python_openai,
    ),
    Format("javascript", "mjs", later("the request, with fetch"), request=source.to_javascript),
    Format("http", "http", later("the request, for an editor's client"), request=source.to_http),
    Format("c", "c", later("the request, with libcurl"), request=cfamily.to_c),
    Format(
        "csharp",
        "cs",
        later("the request, with HttpClient"),
        request=managed.to_csharp,
        aliases=("c#",),
    ),
    Format("dart", "dart", later("the request, with dart:io"), request=managed.to_dart),
    Format("go", "go", later("the request, with net/http"), request=compiled.to_go),
    Format("java", "java", later("the request, with java.net.http"), request=managed.to_java),
    Format(
        "objective-c",
        "m",
        later("the request, with NSURLSession"),
        request=cfamily.to_objective_c,
        aliases=("objc",),
    ),
    Format("ocaml", "ml", later("the request, with cohttp"), request=compiled.to_ocaml),
    Format("php", "php", later("the request, with PHP's curl"), request=scripted.to_php),
    Format("r", "R", later("the request, with httr"), request=scripted.to_r),
    Format("ruby", "rb", later("the request, with Ruby's net/http"), request=scripted.to_ruby),
    Format("swift", "swift", later("the request, with URLSession"), request=swift.to_swift),
)

#: By name.
FORMATS = {row.name: row for row in ROWS}

_ALIASES = {alias: row for row in ROWS for alias in row.aliases}


def find(name: str) -> Format:
    """Return the format of that name or alias, in capitals or not; raises CommandError."""
    row = FORMATS.get(name.lower()) or _ALIASES.get(name.lower())
    if row is None:
        raise CommandError(
            say("There is no format {name!r}.", name=one_line(name, 40)), _advice(name)
        )
    return row


def _advice(name: str) -> Printable:
    """Return what to write instead of a name that is no format: a file's tells by its ending what it may be."""
    from zatsudan.base.matching import meant

    _, dot, ending = name.rpartition(".")
    of_file = [row.name for row in ROWS if dot and row.ending.lower() == ending.lower()]
    if of_file:
        file = one_line(name, 40)
        return say(
            "The format comes before the file: {format} {file}", format=of_file[0], file=file
        )
    formats = say("Formats: {names}.", names=", ".join(FORMATS))
    near = meant(name, (*FORMATS, *_ALIASES), 1)
    return say("Did you mean {name}? {more}", name=near[0], more=formats) if near else formats


def export(session: Session, name: str, request: Request | None = None) -> str:
    """Return the session in the format `name`, or for the formats of a request the `request`.

    Raises CommandError.
    """
    row = find(name)
    try:
        if row.talk is not None:
            return row.talk(session)
        if row.request is None or request is None:
            raise CommandError(
                say("The format {name} writes a request, and there is none.", name=name),
                say("Name a server with --base-url or --profile."),
            )
        return row.request(request)
    except RecursionError:
        raise CommandError(
            say("A message of this session holds data that is nested too deep to be written."),
            say("The session itself is whole in its journal."),
        ) from None
