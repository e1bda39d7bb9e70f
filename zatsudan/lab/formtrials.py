"""The tests of what gives a reply its form: JSON, a schema, a grammar."""

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.lab.queries import COUNT, LONG, Queries
from zatsudan.servers.findings import HONOURED, IGNORED, UNCLEAR, Finding
from zatsudan.wire.statuscodes import REFUSALS

#: A key that no model writes by itself, and a schema that wants it.
_KEY = "zqx"
_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {_KEY: {"type": "integer"}},
    "required": [_KEY],
    "additionalProperties": False,
}


async def as_json(ask: Queries, name: str, value: Json) -> Finding:
    """JSON where words alone bring none; else a schema that nobody would keep to unasked."""
    del name, value
    words = COUNT + " (as JSON)"
    alone = [await ask.text(words, temperature=0) for _ in range(2)]
    if not any(map(_is_json, alone)):
        wanted: JsonObject = {"type": "json_object"}
        if _is_json(await ask.text(words, temperature=0, response_format=wanted)):
            return Finding(HONOURED, say("the reply began as JSON"))
        return Finding(IGNORED, say("the reply did not begin as JSON"))
    # It writes JSON when it is asked in words: only a schema can tell.
    schema: JsonObject = {"name": "probe", "strict": True, "schema": _SCHEMA}
    wanted = {"type": "json_schema", "json_schema": schema}
    try:
        text = await ask.text(words, temperature=0, max_tokens=LONG, response_format=wanted)
    except StatusError as error:
        if error.status not in REFUSALS:
            raise
        return Finding(UNCLEAR, say("the reply is JSON without it too, and no schema is taken"))
    if _KEY in text:
        return Finding(HONOURED, say("the reply kept to a schema"))
    return Finding(IGNORED, say("the reply did not keep to a schema"))


def _is_json(text: str) -> bool:
    """Tell whether a text begins as JSON, or as a block of it: llama.cpp lets models write the fence."""
    return text.lstrip().removeprefix("```json").lstrip().startswith(("{", "["))


async def by_grammar(ask: Queries, name: str, value: Json) -> Finding:
    """A grammar that leaves one text: the reply is it, whatever the model would say."""
    if (await ask.text(COUNT, **{"temperature": 0, name: value})).strip() == _KEY:
        return Finding(HONOURED, say("the reply was the only one that the grammar leaves"))
    return Finding(IGNORED, say("the reply is none that the grammar leaves"))


async def by_schema(ask: Queries, name: str, value: Json) -> Finding:
    """A schema that leaves one text: within an object, blanks alone could fill the reply."""
    del value
    wanted: JsonObject = {name: {"enum": [_KEY]}}
    text = await ask.text(COUNT, temperature=0, max_tokens=LONG, **wanted)
    if text.strip().strip('"') == _KEY:
        return Finding(HONOURED, say("the reply was the only one that the schema leaves"))
    return Finding(IGNORED, say("the reply is none that the schema leaves"))
