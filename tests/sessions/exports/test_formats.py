"""Each format writes every session; what it writes can hurt neither terminal nor browser."""

import json
import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.support.talks import HOSTILE, sessions, talk, texts
from zatsudan.base.errors import CommandError
from zatsudan.base.printable import printable
from zatsudan.servers.choice import Server
from zatsudan.servers.exported import request_to
from zatsudan.sessions.exports import FORMATS, export
from zatsudan.sessions.exports.transcript import HEADINGS, messages_of
from zatsudan.sessions.records import apply, message_record
from zatsudan.sessions.session import Session
from zatsudan.sessions.window import in_order
from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import build_request

SERVER = Server(
    "there",
    "http://name:word@127.0.0.1:9/v1",
    api_key="sk-secret",
    model="scripted",
    headers={"api-key": "hidden-1", "X-Org": "o", "Cookie": "hidden-2"},
    query={"api-version": "1 2", "code": "sk-secret"},
)


def _export(session: Session, name: str) -> str:
    messages = in_order(messages_of(session))
    return export(session, name, request_to(SERVER, build_request("m", messages, {}), "MY_KEY"))


TALKS = [name for name, row in FORMATS.items() if row.talk is not None]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("told", [("Hello", "Hi"), HOSTILE], ids=["plain", "hostile"])
def test_every_format_writes_a_session(name: str, told: tuple[str, ...]) -> None:
    written = _export(talk(*told, system="Be brief."), name)
    assert written.endswith("\n")
    assert printable(written) == written
    assert written.encode()


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_session_is_written(name: str) -> None:
    assert isinstance(_export(Session(), name), str)


@settings(max_examples=40)
@given(sessions(), st.sampled_from(sorted(FORMATS)))
def test_no_format_fails_or_writes_what_steers_a_terminal(session: Session, name: str) -> None:
    written = _export(session, name)
    assert printable(written) == written


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in TALKS])
def test_no_secret_is_written(name: str) -> None:
    written = _export(talk("Hello"), name)
    for secret in ("sk-secret", "hidden-1", "hidden-2", "word"):
        assert secret not in written
    for kept in ("MY_KEY", "API_KEY", "COOKIE", "X-Org"):
        assert kept in written


def test_a_request_needs_a_server_and_a_format_a_name() -> None:
    with pytest.raises(CommandError, match="writes a request"):
        export(talk("Hello"), "curl")
    with pytest.raises(CommandError, match="no format 'docx'"):
        export(talk("Hello"), "docx")


def test_certificates_of_a_profile_are_trusted_by_the_program_too() -> None:
    session, body = talk("Hello"), build_request("m", [], {})
    for server, said in (
        (Server("s", "https://h/v1", ca_file="/own/ca.pem"), "/own/ca.pem"),
        (Server("s", "https://h/v1", verify=False), "--insecure|False|UNAUTHORIZED=0"),
    ):
        for name in ("curl", "python", "python-openai", "javascript"):
            written = export(session, name, request_to(server, body, "MY_KEY"))
            assert re.search(said, written)
            if "python" in name:
                compile(written, name, "exec")


def test_a_message_that_is_nested_too_deep_is_refused() -> None:
    content: Any = "deep"
    for _ in range(100_000):
        content = [content]
    session = talk("Hello")
    apply(session, message_record("9", "1", Message("assistant", "x", {"tool_calls": content}), ""))
    apply(
        session, message_record("10", "9", Message("tool", "4"), "")
    )  # a call is exported with it
    for name in ("json", "jsonl", "markdown"):
        with pytest.raises(CommandError, match="nested too deep"):
            export(session, name)


def test_json_is_the_messages_as_the_api_takes_them() -> None:
    session = talk("Hello", "", system="Be brief.")
    assert json.loads(export(session, "json")) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
    ]


def test_no_text_is_a_variable_to_an_editor() -> None:
    written = _export(talk(*HOSTILE), "http")
    head, _, body = written.partition("\n\n")
    assert "{{$processEnv MY_KEY}}" in head
    assert "{{" not in body


# --- Markdown ----------------------------------------------------------------


@given(st.lists(texts, min_size=1, max_size=4))
def test_each_message_has_its_heading_and_none_is_feigned(told: list[str]) -> None:
    written = export(talk(*told), "markdown")
    body = written.split("\n---\n", 1)[1]
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [
        tokens[at + 1].content
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.markup == "##"
    ]
    ours = [text for text in headings if text in HEADINGS.values()]
    assert ours == ["User", "Assistant", "User", "Assistant"][: len(told)]


def test_markdown_reads_as_one_would_write_it() -> None:
    session = talk("Hello\n", "Hi, *you*.", system="Be brief.", temperature=0.5)
    assert export(session, "markdown") == (
        "---\n"
        "zatsudan: 1\n"
        'title: "Hello"\n'
        'created: "2026-01-02T03:04:05Z"\n'
        'parameters: {"temperature":0.5}\n'
        "---\n"
        "\n"
        "## System\n\nBe brief.\n\n"
        "## User\n\nHello\n\n\n"
        "## Assistant\n\nHi, *you*.\n"
    )


# --- HTML --------------------------------------------------------------------

_VOID = {"meta", "br", "hr"}
_KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "article", "header", "footer", "details"),
    *("summary", "p", "pre", "code", "span", "a", "br", "hr", "em", "strong", "s", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class _Page(HTMLParser):
    """Reads a page as a browser would: its elements, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _KNOWN
        for name, value in attrs:
            assert name in {
                *("class", "href", "rel", "title", "start", "style"),
                *("charset", "name", "content", "http-equiv"),
            }
            if name == "href":
                assert not re.match(r"\s*(javascript|vbscript|file)", value or "", re.IGNORECASE)
            if name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def _read(page: str) -> str:
    reader = _Page()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return "".join(reader.text)


@settings(max_examples=60)
@given(sessions())
def test_html_holds_no_element_that_is_not_ours(session: Session) -> None:
    text = _read(export(session, "html"))
    for message in messages_of(session):
        if message.role != "assistant":
            assert printable(message.text).replace("\r", "\n") in text


@pytest.mark.parametrize("text", HOSTILE)
def test_html_holds_no_element_of_a_reply(text: str) -> None:
    _read(export(talk(text, text), "html"))


def test_html_needs_nothing_from_elsewhere() -> None:
    page = export(talk("Hello", "![y](https://example.org/y.png)\n\n```py\nx = 1\n```"), "html")
    assert "src=" not in page
    assert "url(" not in page
    assert "<script" not in page
    assert '<a href="https://example.org/y.png"' in page
    assert '<span class="n">x</span>' in page
    assert "prefers-color-scheme: dark" in page


def test_html_shows_what_the_screen_shows() -> None:
    reply = (
        "# A *b*\n\n**「強調」**は[文書](https://b.example/doc?a&b)を見て\nhttps://c.example/__init__.py\n\n"
        "3. [x] done\n4. $a_b_$\n\n   ~~c~~\n\n> - d\n\n| e | `f\\|` |\n|--:|---|\n| 1 |\n\n---\n"
        "[javascript](javascript:alert(1)) ![p](https://d.example/p.png)"
    )
    rel = 'rel="noopener noreferrer nofollow"'
    page = export(talk("", reply), "html")
    assert (
        "<h1>A <em>b</em></h1>\n"
        f'<p><strong>「強調」</strong>は<a href="https://b.example/doc?a&amp;b" {rel}>文書</a>を見て<br>\n'
        f'<a href="https://c.example/__init__.py" {rel}>https://c.example/__init__.py</a></p>\n'
        '<ol start="3">\n<li>☑ done</li>\n<li>$a_b_$<p><s>c</s></p>\n</li>\n</ol>\n'
        "<blockquote>\n<ul>\n<li>d</li>\n</ul>\n</blockquote>\n"
        '<table>\n<thead>\n<tr>\n<th style="text-align:right">e</th>\n<th><code>f|</code></th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td style="text-align:right">1</td>\n<td></td>\n</tr>\n</tbody>\n</table>\n'
        "<hr>\n<p>[javascript](javascript:alert(1)) "
        f'<a href="https://d.example/p.png" {rel}>[p]</a></p>\n'
    ) in page


def test_html_keeps_code_as_it_is() -> None:
    code = "\n\n  <b> &amp; 'x'\n\n"
    assert code in _read(export(talk("", f"```py\n{code}\n```"), "html"))


@pytest.mark.parametrize(
    ("language", "code"),
    [("scheme", "(define x 1)"), ("c", " " * 40_000), ("fish", "'" + "\\\\" * 5_000)],
)
def test_code_that_a_lexer_may_never_get_through_has_no_colour(language: str, code: str) -> None:
    session = Session()
    for number, (role, text) in enumerate(
        (("user", "hi"), ("assistant", f"```{language}\n{code}\n```"))
    ):
        parent = str(number) if number else None
        apply(session, message_record(str(number + 1), parent, Message(role, text), ""))
    page = export(session, "html")
    assert escape(code) in page
