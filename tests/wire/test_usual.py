"""The short way of reading a chunk says what the general one does."""

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.wire.came import Came
from zatsudan.wire.chunkjson import read_chunk

_TEXTS: st.SearchStrategy[object] = st.sampled_from([None, "", "a", "ab", " b", "\ud83d", 0, ["a"]])
_ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, "", 0, False, True, {}, [], "x", [1], {"content": []}]
)


def _objects(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=fields)


_CHOICE = _objects(
    index=st.sampled_from([None, -1, 0, 1, 2, True, "0"]),
    delta=_objects(
        content=_TEXTS, role=_ODD, reasoning_content=_TEXTS, reasoning=_TEXTS, refusal=_TEXTS
    ),
    finish_reason=st.sampled_from([None, "", "stop", "error"]),
    logprobs=_ODD,
    message=st.sampled_from([None, {"content": "ab"}]),
)
_CHUNK = _objects(
    object=st.sampled_from([None, "chat.completion.chunk", "error"]),
    id=_ODD,
    model=_ODD,
    choices=st.lists(_CHOICE, max_size=2),
    usage=_ODD,
    error=_ODD,
    service_tier=_ODD,
)


@given(st.lists(_CHUNK, max_size=3), st.sampled_from([None, 1, 2]))
def test_the_usual_chunk_is_read_as_any_other(chunks: list[JsonObject], asked: int | None) -> None:
    def read(values: list[JsonObject]) -> list[object]:
        came = Came()
        found: list[object] = []
        for value in values:
            try:
                chunk = read_chunk(value, asked, came)
                found.append((chunk._replace(failure=None), str(chunk.failure)))
            except StreamError as error:
                found.append(str(error))
        return [*found, vars(came)]

    # A field that nobody knows takes the way through the general reading.
    assert read(chunks) == read([{**chunk, "of_nobody": 1} for chunk in chunks])
