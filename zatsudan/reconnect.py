"""Going on with another server, and the model file of the embedded one."""

from collections.abc import Callable
from urllib.parse import urlsplit

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Ask, Line, Outcome, Part, Show, Work
from zatsudan.connect import Server, Wishes
from zatsudan.core.asking import Question
from zatsudan.core.errors import CommandError
from zatsudan.core.language import say
from zatsudan.core.picking import Row
from zatsudan.core.printable import one_line
from zatsudan.core.progress import in_bytes
from zatsudan.discovery import Finder

YES, NO = "yes", "no"


def nothing() -> Line:
    """Return what is said when a question was left."""
    return Line(say("All is as it was."), "dim")


async def connect_to(chat: Chat, finder: Finder, server: Server | None, *lines: Part) -> Outcome:
    """Let the talk go on with a server, None for the embedded model; raises ZatsudanError.

    Where that fails all stays as it was.
    """
    before = finder.in_use
    finder.use(Wishes(local=server is None), server)
    await chat.disconnect()
    try:
        found = (await chat.client()).server
        model = found.model or await chat.model()
        chat.use_model(model, found)
    except BaseException:
        finder.use(*before)
        await chat.disconnect()
        raise
    where = say(
        "{model} at {name} answers from now on.", model=one_line(model), name=one_line(found.name)
    )
    missing = (
        [Line(say("No key is sent: {why}.", why=found.missing_key), "dim")]
        if found.missing_key
        else []
    )
    return Show((*lines, Line(where, "good"), *missing))


def offer(finder: Finder, behind: Callable[[], Outcome]) -> Work:
    """Offer to fetch the model file that the config names; `behind` gives what follows when it is there."""
    from zatsudan.fetching import Fetch  # httpx comes with it

    path, local = finder.fetched_file, finder.config.local
    if path is None:
        raise CommandError(
            say("The config names no address of a model file."),
            say("Set model_url under [local], or serve a file with --gguf FILE."),
        )
    fetch = Fetch(local.model_url, path, local.model_sha256, network=finder.config.network)

    async def run(tell: Callable[[str], None]) -> Outcome:
        await fetch.run(lambda progress: tell(progress.line()))
        return behind()

    async def answered(answer: str) -> Outcome:
        if answer == NO:
            return Show((nothing(),))
        return Work((Line(say("Ctrl-C stops; what came is kept for the next time."), "dim"),), run)

    async def measured(tell: Callable[[str], None]) -> Outcome:
        tell(say("asking how large the file is"))
        size = await fetch.size()
        large = in_bytes(size) if size else say("its size is not told")
        host = urlsplit(local.model_url).hostname or ""
        question = Question(
            say("Fetch {name} from {host}?", name=path.name, host=one_line(host, 60)),
            (Row(YES, (say("Yes"), large)), Row(NO, (say("No"), ""))),
        )
        unchecked = say("No checksum is known: model_sha256 under [local] would be one.")
        notes = () if local.model_sha256 else (Line(unchecked, "dim"),)
        return Ask(question, answered, notes, (nothing(),))

    return Work((), measured)
