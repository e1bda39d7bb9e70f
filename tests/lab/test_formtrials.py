"""What is told of JSON, schemas and grammars: each test with a server that honours, and one that does not."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from tests.support.chats import chat_with
from tests.support.server import Request, Script, fails, serve
from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json
from zatsudan.lab.formtrials import as_json, by_grammar, by_schema
from zatsudan.lab.queries import Queries
from zatsudan.servers.findings import HONOURED, IGNORED, UNCLEAR, Finding

Test = Callable[[Queries, str, Json], Awaitable[Finding]]

#: A grammar that leaves one text, as the table of parameters probes it.
GRAMMAR = 'root ::= "zqx"'


def answers(text: str) -> Script:
    return fails(200, {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})


async def told(server: Callable[[Request], Script], test: Test, name: str, value: Json) -> Finding:
    async with serve(server) as scripted, chat_with(scripted.base_url) as chat:
        await chat.link.client()
        queries = Queries(chat.link, "scripted")
        finding = await test(queries, name, value)
        assert queries.sent == len(scripted.requests)
        return finding


def _form(request: Request) -> str:
    form = request.body.get("response_format")
    return str(form["type"]) if isinstance(form, dict) else ""


@pytest.mark.parametrize(
    ("alone", "object_", "schema", "state"),
    [
        ("1, 2", "{", "", HONOURED),
        ("1, 2", "```json\n[1, 2", "", HONOURED),
        ("1, 2", "1, 2", "", IGNORED),
        ("[1, 2", "[1, 2", '{"zqx": 1}', HONOURED),
        ("```json\n[1", "[1, 2", "[1, 2", IGNORED),
    ],
)
async def test_json_is_told_by_words_alone_or_by_a_schema(
    alone: str, object_: str, schema: str, state: str
) -> None:
    texts = {"": alone, "json_object": object_, "json_schema": schema}

    finding = await told(
        lambda request: answers(texts[_form(request)]), as_json, "response_format", None
    )

    assert finding.state == state


async def test_one_reply_of_two_that_is_json_makes_the_schema_tell() -> None:
    asked: list[str] = []
    numbers = count()

    def server(request: Request) -> Script:
        asked.append(_form(request))
        return answers(("1, 2", "[1, 2", '{"zqx": 7')[next(numbers)])

    assert (await told(server, as_json, "response_format", None)).state == HONOURED
    assert asked == ["", "", "json_schema"]


@pytest.mark.parametrize("status", [400, 422])
async def test_where_no_schema_is_taken_json_in_any_case_tells_nothing(status: int) -> None:
    def server(request: Request) -> Script:
        if _form(request) == "json_schema":
            return fails(status, {"error": {"message": "no such thing"}})
        return answers("{")

    assert (await told(server, as_json, "response_format", None)).state == UNCLEAR


async def test_another_failure_is_no_finding() -> None:
    def server(request: Request) -> Script:
        if _form(request) == "json_schema":
            return fails(401, {"error": {"message": "no key"}})
        return answers("{")

    with pytest.raises(StatusError):
        await told(server, as_json, "response_format", None)


@pytest.mark.parametrize("name", ["grammar", "guided_grammar"])
async def test_a_grammar_that_leaves_one_text(name: str) -> None:
    def honours(request: Request) -> Script:
        return answers(" zqx\n" if request.body.get(name) == GRAMMAR else "1, 2")

    assert (await told(honours, by_grammar, name, GRAMMAR)).state == HONOURED
    assert (await told(lambda _: answers("1, zqx"), by_grammar, name, GRAMMAR)).state == IGNORED


async def test_a_schema_that_leaves_one_text() -> None:
    def honours(request: Request) -> Script:
        (text,) = request.body["json_schema"]["enum"]
        return answers(f'"{text}"')

    assert (await told(honours, by_schema, "json_schema", None)).state == HONOURED
    assert (await told(lambda _: answers("{}"), by_schema, "json_schema", None)).state == IGNORED
