"""What some servers tell beyond /v1: their own values of parameters, their prompts, and tokens.

Each function returns None where the server does not know the question.
"""

import importlib
import importlib.util
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import Json
from zatsudan.servers.kind import Defaults, ServerKind
from zatsudan.servers.kinds import inside, kind_at, own_first

if TYPE_CHECKING:
    from zatsudan.servers.client import Client


async def defaults(client: "Client") -> dict[str, Json] | None:
    """Return the server's own value of each parameter, where it tells (llama.cpp's /props)."""
    for told in (kind.defaults for kind in _kinds(client) if kind.defaults is not None):
        found = inside(await client.native(told.path), told.within)
        if isinstance(found, dict):
            return _read(found, told)
    return None


def _read(found: Mapping[str, Json], told: Defaults) -> dict[str, Json]:
    """Return what was told under our names, without what is no parameter of a request."""
    result: dict[str, Json] = {}
    for name, item in found.items():
        if name in told.foreign:
            continue
        value = item
        if isinstance(item, float) and math.isfinite(item):
            value = float(f"{item:.6g}")  # its floats are single: 0.800000011920929
        theirs_and_ours = told.unset.get(name)
        if theirs_and_ours is not None and value == theirs_and_ours[0]:
            value = theirs_and_ours[1]
        result[told.names.get(name, name)] = value
    return result


def _kinds(client: "Client") -> tuple[ServerKind, ...]:
    """Return all kinds of servers, that of this one first: what is not known is found by asking."""
    return own_first(kind_at(client.server))


async def tokenize(client: "Client", model: str, text: str) -> list[int] | None:
    """Return the token ids of a text, by the server's tokenizer or by tiktoken for its models."""
    for form in (kind.tokenizer for kind in _kinds(client) if kind.tokenizer is not None):
        value = await client.native("/tokenize", form.body(model, text))
        ids = value.get("tokens") if isinstance(value, dict) else None
        if isinstance(ids, list) and (ids or not text) and all(isinstance(i, int) for i in ids):
            return [i for i in ids if isinstance(i, int)]
    encoding = _tiktoken(model)
    return list(encoding.encode(text, disallowed_special=())) if encoding is not None else None


async def token_texts(client: "Client", text: str) -> list[bytes] | None:
    """Return the tokens of a text, each by its bytes (llama.cpp's `with_pieces`)."""
    body: dict[str, Json] = {"content": text, "add_special": False, "with_pieces": True}
    value = await client.native("/tokenize", body)
    items = value.get("tokens") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return None
    found = [_piece(item) for item in items]
    return None if None in found else [piece for piece in found if piece is not None]


def _piece(item: Json) -> bytes | None:
    """Return the bytes of a token: a text, or numbers where they are no whole characters."""
    piece = item.get("piece") if isinstance(item, dict) else None
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in piece):
        return bytes(byte for byte in piece if isinstance(byte, int))
    return None


async def prompt_of(
    client: "Client", request: Mapping[str, Json], *, free: bool = False
) -> str | None:
    """Return the prompt that the server's template makes of a request; None where it tells none.

    `free`: only by a way that makes no reply. What makes one is asked of its own kind alone.
    """
    own = kind_at(client.server)
    for kind in own_first(own):
        form = kind.template
        if form is None or (not form.fields and (free or kind is not own)):
            continue
        body = form.body(request)
        if not form.fields:
            body.pop("stream_options", None)
        prompt = inside(await client.native(form.path, body), form.within)
        if isinstance(prompt, str):
            return prompt
    return None


async def texts_of(client: "Client", model: str, ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of token ids, of those that somebody knows."""
    found: dict[int, str] = {}
    encoding = None
    for number in ids:
        text = None
        value = await client.native("/detokenize", {"model": model, "tokens": [number]})
        if isinstance(value, dict):
            forms = (kind.tokenizer.text for kind in _kinds(client) if kind.tokenizer is not None)
            text = next((value[name] for name in forms if name in value), None)
        elif encoding is None:
            encoding = _tiktoken(model)
            if encoding is None:
                break
        if not isinstance(text, str) and encoding is not None:
            text = encoding.decode([number])
        if isinstance(text, str):
            found[number] = text
    return found


def _tiktoken(model: str):  # type: ignore[no-untyped-def]
    """Return OpenAI's tokenizer for one of its models, if the package and its tables are there."""
    if importlib.util.find_spec("tiktoken") is None:
        return None
    try:
        return importlib.import_module("tiktoken").encoding_for_model(model)
    except Exception:  # noqa: BLE001  another's model, or tables that cannot be fetched
        return None
