"""A request in fifteen languages: compiled, run, and what comes at the server is what was meant."""

import asyncio
import json
import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.support import server as scripted
from tests.support.server import says, serve
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.printable import printable
from zatsudan.servers.choice import Server
from zatsudan.servers.exported import request_to
from zatsudan.sessions.exports import FORMATS, find
from zatsudan.sessions.exports.outgoing import Request, Value

DATA = Path(__file__).parents[2] / "data" / "gnustep"
#: What ends, escapes or fills in a string of some language, and what no string can hold.
MESSAGES = (
    'Say "hi".',
    "It's 'quoted'.",
    "back\\slash \\\\ \\n \\",
    "$HOME ${HOME} $(id) `id` %HOME%",
    "#{ENV} #$0 #@x {{x}} {0} {body}",
    "%s %n %d %% %@",
    "two\nlines\r\nand\rmore\n",
    "\ttabs\t",
    "日本語「括弧」",
    "👨‍👩‍👧 🇯🇵 😀",
    "NUL \0 in it",
    "\x01\x1b[2J\x1b]0;t\x07\x7f\x9b31m",
    "\ud800 alone \udfff",
    "*/ /* // -- (* *) # %>",
    '"""',
    '""" + x + """',
    "'''",
    "\\u0041 \\x41 \\101 \\U00000041 \\u{41}",
    "\\#(1 + 1) \\##(1)",
    '"#  "##  #"',
    '"""# """##\n"""#',
    "</script><!-- -->",
    "JSON\nEOF\nJSON;\n  JSON\nHEADERS",
    'R"( )" )-" )--" )---" )---"',
    "|} |json} {| {json|",
    'r"x" r\'x\' r"""x"""',
    "\u2028\u2029\u0085",
    "\ufeffBOM\ufeff",
    "\u202eabc\u2066def\u2069\u200b\u200d",
    "\U000e0041\U0010ffff\uffff\ufffe",
    "é e\u0301 ǅ ß İ",
    "??/ ??= ???/ ??'",
    "?> <?php <?= %>",
    "__END__\n=begin\n=end\n__DATA__",
    '@"x" @\'x\' $"{x}" $@"x"',
    "`go` \\` ``",
    "\\\\u0022 \\u0022 \\u000a \\u005c",
    "x" * 70_000,
    "日\\\"'`$#" * 4_000,
    " \n \n ",
    "",
    "<body> <env> <address>",
)
#: Some languages write what is long otherwise.
SHORT = tuple(text for text in MESSAGES if len(text) < 200)


def _said(texts: Iterable[str]) -> list[Json]:
    return [{"role": "user", "content": text} for text in texts]


BODY: JsonObject = {
    "model": 'the "model"',
    "messages": _said(MESSAGES),
    "temperature": 0.1,
    "top_p": 1e-7,
    "seed": 2**63 - 1,
    "x": {"__proto__": {"a": [1, [], {}, None, True, -0.0]}, "日本": 1.0},
}
SECRETS = {"MY_KEY": "sk-secret", "X_API_KEY": 'hid"\\den', "SIG": "hid &+é/den"}
HEADERS = {"X-Org": 'a "b" $c `d` \\e #{f} ??/ %s', "x-api-key": SECRETS["X_API_KEY"]}
QUERY = {"api version": "1&2=$3/?", "sig": SECRETS["SIG"]}


@dataclass(frozen=True)
class Toolchain:
    """How a program is made of `{file}` and run, in its folder; `probe` tells whether that can be done here.

    One that is not `exact` shows what comes as it is, not the reply's text alone.
    """

    probe: str
    run: str
    build: str = ""
    exact: bool = True


GNUSTEP = (
    f"clang $(gnustep-config --objc-flags) -I$(gcc -print-file-name=include) -w -include {shlex.quote(str(DATA))}/NSURLSession.h"
    " {file} $(gnustep-config --base-libs) -o request"
)
#: All that can be run. What a toolchain needs besides is in its probe.
TOOLCHAINS = {
    "curl": Toolchain("curl --version", "sh {file}", exact=False),
    "javascript": Toolchain("node --version", "node {file}"),
    "java": Toolchain("javac --version", "java {file}", exact=False),
    "swift": Toolchain("swiftc --version", "./request", "swiftc {file} -o request"),
    "go": Toolchain("go version", "./request", 'test -z "$(gofmt -l {file})" && go vet {file} && go build -o request {file}'),
    "php": Toolchain('php -r "curl_version();"', "php {file}"),
    "python": Toolchain(f"{sys.executable} --version", f"{sys.executable} {{file}}"),
    "c": Toolchain(
        "cc --version && curl-config --version",
        "./request",
        "cc -std=c11 -Wall -Wextra -Werror {file} -lcurl -o request",
        exact=False,
    ),
    "csharp": Toolchain(
        "mcs --version", "mono request.exe",
        "mcs -r:System.Net.Http -out:request.exe {file}", exact=False,
    ),
    "objective-c": Toolchain(
        "clang --version && gnustep-config --base-libs", "./request", GNUSTEP, exact=False
    ),
    "ruby": Toolchain("ruby --version", "ruby -W {file}"),
    "ocaml": Toolchain(
        "ocamlfind query cohttp-lwt-unix", "./request",
        "ocamlfind ocamlopt -thread -package cohttp-lwt-unix -linkpkg {file} -o request",
        exact=False,
    ),
    "dart": Toolchain("dart --version", "dart run {file}"),
    "r": Toolchain('Rscript -e "library(httr); library(jsonlite)"', "Rscript {file}"),
}  # fmt: skip


@cache
def _is_here(name: str) -> bool:
    command = TOOLCHAINS[name].probe
    return subprocess.run(command, shell=True, capture_output=True, check=False).returncode == 0


def _request(url: str, *, stream: bool, ca_file: str = "", verify: bool = True) -> Request:
    server = Server(
        *("there", url), api_key=SECRETS["MY_KEY"], headers=HEADERS, query=QUERY,
        ca_file=ca_file, verify=verify,
    )  # fmt: skip
    body = BODY if stream else {**BODY, "messages": _said(SHORT), "stream": False}
    return request_to(server, body, "MY_KEY")


def _secrets(name: str) -> dict[str, str]:
    # A shell cannot encode the one in the query.
    return {**SECRETS, "SIG": "hid-den"} if name == "curl" else SECRETS


async def _shell(line: str, folder: Path, secrets: dict[str, str]) -> tuple[int, str, str]:
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "LC_ALL": "C.UTF-8",
        **secrets,
    }
    process = await asyncio.create_subprocess_shell(
        line, env=environ, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def _cut(script: scripted.Script) -> scripted.Script:
    """Return a stream that comes in pieces, which end within lines and characters."""
    data = b"".join(piece for piece in script.pieces if isinstance(piece, bytes))
    return replace(script, pieces=[data[start : start + 7] for start in range(0, len(data), 7)])


@asynccontextmanager
async def _made(
    name: str,
    folder: Path,
    *replies: scripted.Script,
    stream: bool,
    tls: ssl.SSLContext | None = None,
    ca_file: str = "",
    verify: bool = True,
) -> AsyncIterator[tuple[scripted.Server, Request, str]]:
    """Make the program, and give the server that it is for, what it is to send, and how it is run."""
    if not _is_here(name):
        pytest.skip(f"what the {name} export needs is not on this machine")
    async with serve(*replies, tls=tls) as server:
        request = _request(server.base_url, stream=stream, ca_file=ca_file, verify=verify)
        writer = find(name).request
        assert writer is not None
        file = f"request.{find(name).ending}"
        (folder / file).write_text(writer(request), encoding="utf-8")
        toolchain = TOOLCHAINS[name]
        if toolchain.build:
            code, out, err = await _shell(toolchain.build.format(file=file), folder, {})
            assert (code, out + err) == (0, "")
        yield server, request, toolchain.run.format(file=file)


@pytest.mark.posix
@pytest.mark.toolchains
@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", TOOLCHAINS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_a_program_sends_the_request_and_shows_the_reply(
    name: str, stream: bool, tmp_path: Path
) -> None:
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "日本 ok"}}]}
    reply = _cut(says("日本", " ok")) if stream else scripted.fails(200, whole)
    refusal = scripted.fails(401, '{\n  "error": "no such key"\n}\n')
    secrets = _secrets(name)
    async with _made(name, tmp_path, reply, refusal, stream=stream) as (server, request, run):
        for missing in secrets:
            has = {key: value for key, value in secrets.items() if key != missing}
            code, out, err = await _shell(run, tmp_path, has)
            assert code != 0
            assert missing in err
            assert server.requests == []

        code, out, err = await _shell(run, tmp_path, secrets)
        assert (code, err) == (0, "")
        assert out == "日本 ok\n" if TOOLCHAINS[name].exact else "ok" in out
        (sent,) = server.requests
        assert json.dumps(sent.body) == json.dumps(request.body)
        assert sent.method == "POST"
        query = f"api version=1&2=$3/?&sig={secrets['SIG']}"
        assert unquote_plus(sent.path) == f"/v1/chat/completions?{query}"
        for header, value in request.headers:
            secret = secrets[value.variable] if value.variable else ""
            assert sent.headers[header.lower()] == value.text + secret

        code, out, err = await _shell(run, tmp_path, secrets)
        assert "no such key" in out + err
        # curl alone tells of no status that is an error.
        assert code != 0 or name == "curl"
        assert len(server.requests) == 2


#: Those whose programs say themselves which certificate they trust, and those that trust any.
TRUSTING = ("curl", "go", "php", "python", "c", "ruby", "dart", "r")
CARELESS = (*TRUSTING, "csharp")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and the certificate of 127.0.0.1, which nobody signed."""
    path = tmp_path_factory.mktemp("tls") / 'own "$HOME".pem'
    command = (
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", f"{path}.key", "-out", path),
    )
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not on this machine, and makes the certificate")
    return path


@pytest.mark.posix
@pytest.mark.toolchains
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("name", "trust"),
    [
        *((name, "file") for name in TRUSTING),
        *((name, "any") for name in CARELESS),
        # GNUstep's connections, of which a session is made here, ask for no certificate.
        *((name, "system") for name in TOOLCHAINS if name != "objective-c"),
    ],
)
async def test_a_program_trusts_whom_the_config_says(
    name: str, trust: str, certificate: Path, tmp_path: Path
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, f"{certificate}.key")
    ca_file, verify = str(certificate) if trust == "file" else "", trust != "any"
    async with _made(
        name, tmp_path, says("ok"), stream=True, tls=tls, ca_file=ca_file, verify=verify
    ) as (server, _, run):
        code, out, err = await _shell(run, tmp_path, _secrets(name))
        if trust == "system":
            assert (code != 0, server.requests) == (True, [])
        else:
            assert code == 0, err
            assert "ok" in out
            assert len(server.requests) == 1


#: What no toolchain of a usual distribution runs is read by its grammar.
GRAMMARS = {"dart": "tree_sitter_dart"}


@pytest.mark.toolchains
@pytest.mark.parametrize("name", GRAMMARS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("facts", [{}, {"ca_file": 'a"$b\\'}, {"verify": False}], ids=str)
def test_a_program_is_one_to_the_grammar_and_holds_the_body(
    name: str, stream: bool, facts: dict[str, Any]
) -> None:
    parsing = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip(GRAMMARS[name])
    request = _request("http://host/v1", stream=stream, **facts)
    writer = find(name).request
    assert writer is not None
    tree = parsing.Parser(parsing.Language(grammar.language())).parse(writer(request).encode())
    assert not tree.root_node.has_error
    nodes, bodies = [tree.root_node], []
    while nodes:
        node = nodes.pop()
        nodes += node.children
        text = node.text.decode()
        if node.type == "string_literal" and text.startswith('r"""'):
            bodies.append(text[4:-3])
    assert [json.dumps(json.loads(body)) for body in bodies] == [json.dumps(request.body)]


def test_an_http_file_holds_the_body() -> None:
    request = _request("http://host/v1", stream=True)
    writer = find("http").request
    assert writer is not None
    assert json.loads(writer(request).partition("\n\n")[2]) == request.body


@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.request])
@pytest.mark.parametrize("facts", [{}, {"ca_file": 'a"$b\\'}, {"verify": False}], ids=str)
def test_a_program_holds_no_secret_and_nothing_that_steers(name: str, facts: Any) -> None:
    writer = find(name).request
    assert writer is not None
    written = writer(_request("https://host/v1", stream=True, **facts))
    assert printable(written) == written
    for secret in SECRETS.values():
        assert secret not in written


def test_a_header_without_a_value_is_sent_as_one() -> None:
    request = Request("http://host/v1", (("X-Empty", Value("")),), (), {"messages": []})
    for name in ("c", "php"):
        writer = find(name).request
        assert writer is not None
        assert '"X-Empty;"' in writer(request)


@pytest.mark.parametrize(
    ("alias", "name"),
    [("C#", "csharp"), ("objc", "objective-c"), ("shell", "curl"), ("R", "r"), ("Go", "go")],
)
def test_a_language_is_found_by_the_name_that_people_write(alias: str, name: str) -> None:
    assert find(alias) is FORMATS[name]


def test_no_name_means_two_formats() -> None:
    names = [name for row in FORMATS.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
