"""The program in odd surroundings: it works, or ends in one plain sentence, and never shows a key."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.oneshot import run
from tests.support.program import Program
from tests.support.server import CUT, Piece, Script, Server, says, serve

KEY = "sk-very-secret-123456"
PASSWORD = "hunter2-secret"
#: A host that no name server knows (RFC 2606): a proxy is asked for it.
FAR = "http://host.invalid/v1"
NEAR = "{base}"


@dataclass(frozen=True)
class Case:
    """What surrounds the program, and what is then said; `sentence` empty: it works.

    `{base}` in an argument is the base URL of a server that works, `{home}` a
    home of its own.
    """

    name: str
    arguments: tuple[str, ...] = ("--base-url", NEAR, "-m", "scripted")
    environ: dict[str, str | None] = field(default_factory=dict)
    sentence: str = ""
    code: int = 0
    stdin: bytes = b"Hi\n"


def at(url: str) -> tuple[str, ...]:
    return ("--base-url", url, "-m", "scripted")


def fails_at(name: str, url: str, sentence: str, code: int = 3, **environ: str) -> Case:
    return Case(name, at(url), dict(environ), sentence, code)


C_LOCALE: dict[str, str | None] = {"LANG": "C", "LC_ALL": "C"}

CASES = [
    # Places.
    Case("no HOME", environ={"HOME": None}),
    Case("an empty HOME", environ={"HOME": ""}),
    Case("a HOME that cannot be written", environ={"HOME": "/proc/nowhere"}),
    Case("a relative XDG_DATA_HOME", environ={"XDG_DATA_HOME": "relative", "XDG_STATE_HOME": "/proc/x"}),
    # Locales.
    Case("LANG=C", environ=C_LOCALE),
    Case("standard input that is no UTF-8", environ={"LANG": "C.UTF-8"}, stdin=b"Hi \xff\xfe \x1b[2J\n"),
    # Proxies.
    Case("a proxy, and a server on this machine", environ={"HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}),
    Case("a SOCKS proxy, and a server on this machine", environ={"ALL_PROXY": "socks5://127.0.0.1:9"}),
    fails_at("a proxy of colons", FAR, "cannot be set up: Invalid port", HTTP_PROXY="::::"),
    fails_at("a proxy with half an address", FAR, "cannot be set up: an address is not valid", HTTP_PROXY=f"http://me:{PASSWORD}@[::bad"),
    fails_at("a proxy of an unknown kind", FAR, "Unknown scheme for proxy URL", HTTP_PROXY=f"ftp://me:{PASSWORD}@x"),
    fails_at("a SOCKS proxy", FAR, "the 'socksio' package is not installed", ALL_PROXY=f"socks5://me:{PASSWORD}@127.0.0.1:9"),
    fails_at("a proxy that is not there", FAR, "Does the proxy answer", HTTP_PROXY=f"http://me:{PASSWORD}@127.0.0.1:9"),
    Case("a NO_PROXY that makes no sense", environ={"NO_PROXY": "[[["}),
    fails_at("a NO_PROXY of IPv6", FAR, "Does the proxy answer", HTTP_PROXY="http://127.0.0.1:9", NO_PROXY="localhost,[::1],fe80::/10"),
    # Certificates.
    fails_at("no certificate file", "https://127.0.0.1:9/v1", "SSL_CERT_FILE names a file that is not there: /nowhere.pem.", SSL_CERT_FILE="/nowhere.pem"),
    fails_at("a certificate file that is none", "https://127.0.0.1:9/v1", "Nothing answers at", SSL_CERT_FILE="/etc/passwd"),
    # Addresses.
    Case("a base URL without /v1", at("{root}")),
    Case("a base URL with a slash at its end", at("{base}/")),
    Case("a base URL of the endpoint itself", at("{base}/chat/completions")),
    Case("a base URL without a scheme", at("{bare}")),
    Case("a base URL with a query", at("{base}?api-version=1#x")),
    fails_at("nobody there", f"http://me:{PASSWORD}@127.0.0.1:9/v1", "Nothing answers at http://127.0.0.1:9/v1."),
    fails_at("an unknown host", FAR, "The host of http://host.invalid/v1 is not known."),
    fails_at("a host that cannot be", "http://a..b/v1", "is not known"),
    fails_at("a host with a bidi character", "http://a\u202eb/v1", "cannot be set up"),
    fails_at("a port that cannot be", "http://127.0.0.1:99999/v1", "is not a base URL", 2),
    fails_at("half an address", "http://[::1/v1", "is not a base URL", 2),
    fails_at("another scheme", "ftp://h/v1", "is not a base URL", 2),
    fails_at("an address with an escape", "http://h\x1b]0;x\x07/v1", "is not a base URL", 2),
    # Keys.
    Case("a key with a line break at its end", environ={"ZATSUDAN_API_KEY": KEY + "\n"}),
    Case("a key with a line break inside", environ={"ZATSUDAN_API_KEY": KEY + "\n" + KEY}, sentence="The API key holds", code=2),
    Case("a key with a Japanese character", environ={"ZATSUDAN_API_KEY": KEY + "あ"}, sentence="The API key holds", code=2),
    # Arguments.
    Case("a model with an escape", ("--base-url", NEAR, "-m", "a\nb\x1b[2J")),
    Case("a parameter with an escape", (*at(NEAR), "-o", "temperature=\x1b[2J"), {}, "temperature takes a number", 2),
    Case("a system message that is not there", (*at(NEAR), "-s", "@/nowhere\x1b[2J"), {}, "cannot be read from", 2),
    Case("a profile that is not there", ("-p", "x\x1b[2J"), {}, "There is no profile", 2),
    Case("a config that is a directory", (*at(NEAR), "--config", "{home}"), {}, "cannot be read", 2),
    Case("a log that cannot be written", (*at(NEAR), "--log", "/nowhere/x"), {}, "cannot be written", 2),
    Case("a HOME that is no directory", environ={"HOME": "/dev/null"}),
    Case("LANG=C without UTF-8", environ={**C_LOCALE, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    Case("standard output of ASCII", environ={"PYTHONIOENCODING": "ascii"}),
    Case("standard input that is no UTF-8, strictly", environ={"PYTHONIOENCODING": "utf-8:strict"}, stdin=b"Hi \xff\n"),
    fails_at("a password beside a bad port", f"http://me:{PASSWORD}@127.0.0.1:x/v1", "is not a base URL", 2),
    Case("a config of nobody", (*at(NEAR), "--config", "~nobody-here/x"), {}, "nobody-here", 2),
    Case("a config that is not there", (*at(NEAR), "--config", "/nowhere/x.toml"), {}, "/nowhere/x.toml", 2),
]  # fmt: skip


#: What belongs to the command line and the config, and is not mended yet.
async def ended(case: Case, home: Path, server: Server) -> tuple[int | None, str, str]:
    """Run the program as the case says."""
    root = server.base_url.removesuffix("/v1")
    words = {"base": server.base_url, "root": root, "bare": root.removeprefix("http://"), "home": home}  # fmt: skip
    arguments = [
        argument.format(**words) if "{" in argument else argument for argument in case.arguments
    ]
    return await run(arguments, home, {"ZATSUDAN_API_KEY": KEY, **case.environ}, case.stdin)


async def check(case: Case, home: Path) -> None:
    async with serve(says("fine あ")) as server:
        code, out, err = await ended(case, home, server)

    assert "Traceback" not in err
    assert "fault here" not in err
    for text in (out, err):
        assert KEY not in text
        assert PASSWORD not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert case.sentence in " ".join(err.split())
    assert code == case.code, err
    assert out.startswith("fine") is not bool(case.sentence)
    if case.sentence:
        assert 1 <= len(err.strip().splitlines()) <= 5


def by_name(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases])


@by_name(CASES)
async def test_surroundings(case: Case, clean_environment: Path) -> None:
    await check(case, clean_environment)


def test_a_terminal_without_a_home() -> None:
    program = Program("--base-url", "http://127.0.0.1:9/v1", home=Path("/proc/nowhere"))
    try:
        program.until("just write")
        program.until("Nothing answers")
        program.press("/params\r")
        program.until("temperature")
        program.press("hello\r")
        program.until("Nothing answers")
        program.press("\x15\x04")
        assert program.wait() == 0
        assert program.sane
        assert "Traceback" not in program.seen
        assert "fault here" not in program.seen
    finally:
        program.close()


# --- lists of models ----------------------------------------------------------


def listing(*pieces: Piece) -> Script:
    return Script(pieces, 200, (("Content-Type", "application/json"),))


def listed(value: object) -> Script:
    return listing(json.dumps(value).encode())


LISTS: list[tuple[str, Script, str, str]] = [
    ("null", listed(None), "", "names no model"),
    ("null inside", listed({"object": "list", "data": None}), "", "names no model"),
    ("empty", listed({"data": []}), "", "names no model"),
    ("bare names", listed(["one", "two"]), "one", ""),
    ("bare objects", listed([{"id": "one"}]), "one", ""),
    ("under models", listed({"models": [{"name": "one"}]}), "one", ""),
    ("huge", listed({"data": [{"id": f"model-{n}"} for n in range(100_000)]}), "model-0", ""),
    ("hostile", listed({"data": [7, None, {"id": {"a": 1}}, {"id": ""}, {"id": "e\x1b]0;x\x07\u202e"}]}), "e\x1b]0;x\x07\u202e", ""),
    ("long names", listed({"data": [{"id": "x" * 100_000}]}), "x" * 500, ""),
    ("invalid UTF-8", listing(b'{"data": [{"id": "a\xff"}]}'), "a\ufffd", ""),
    ("nested", listing(b"[" * 100_000 + b"]" * 100_000), "", "no JSON"),
    ("a page", listing(b"<html>hi</html>"), "", "no JSON"),
    ("nothing", listing(), "", "no JSON"),
    ("without end", listing(b'{"data": ["', *[b"x" * 1_000_000] * 40), "", "no end"),
    ("cut", listing(b'{"data": ["', CUT), "", "broke"),
    ("refused, with the key", Script([f'{{"error": "bad key {KEY}"}}'.encode()], 401), "", "bad key [key]"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "script", "asked", "sentence"), LISTS)
async def test_lists_of_models(
    name: str, script: Script, asked: str, sentence: str, clean_environment: Path
) -> None:
    case = Case(name, ("--base-url", NEAR))
    async with serve(says("fine")) as server:
        server.listing = script
        code, out, err = await ended(case, clean_environment, server)

        codes = {"names no model": 2, "broke": 3, "bad key [key]": 4}
        assert (code, out) == ((0, "fine\n") if asked else (codes.get(sentence, 1), "")), err
        assert sentence in " ".join(err.split())
        assert "\x1b" not in err + out
        assert KEY not in err + out
        sent = [request.body["model"] for request in server.requests if request.method == "POST"]
        assert sent == ([asked] if asked else [])
