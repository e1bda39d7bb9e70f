"""What hypothesis draws from: cuts of bytes, texts as they come, records of a session."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import strategies as st

from zatsudan.base.jsonvalues import JsonObject

#: Texts of all characters, lone surrogates among them.
any_text = st.text(st.characters(), max_size=40)

#: Texts of which every part matters to someone: quotes, blanks, line ends, wide characters.
telling_text = st.text(
    st.sampled_from(["a", "B", " ", "\n", "\r", "\t", '"', "'", "\\", "=", "+", "/", "n", "u", "0"])
    | st.sampled_from(["é", "あ", "😀", "\u2028", "\x85", "\x00", "\x1b", "\ud83d", "\ufeff"]),
    max_size=12,
)


def cuts(size: int) -> st.SearchStrategy[list[int]]:
    """Places at which `size` bytes are cut."""
    return st.lists(st.integers(0, size), max_size=12).map(sorted)


def pieces(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut `data` at `places`; empty pieces are among the result."""
    bounds = [0, *places, len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]


_ids = st.sampled_from(["1", "2", "3", "4", "5", "17", "", "999999999999999"])
_parents = st.none() | _ids | st.sampled_from([7, ["1"], {"a": 1}])
_words = st.sampled_from(["", "hi", "more", "ああ"])

records: st.SearchStrategy[JsonObject] = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("message"),
            "id": _ids,
            "parent": _parents,
            "message": st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant", "tool"]), "content": _words}
            )
            | st.just("no message"),
        },
        optional={
            "made": st.fixed_dictionaries({"ended": st.sampled_from(["finished", "failed"])})
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("delta"), "id": _ids, "content": _words},
        optional={"parent": _parents, "reasoning": _words},
    ),
    st.fixed_dictionaries(
        {"type": st.just("set"), "name": _words, "value": st.floats(0, 2)},
        optional={"origin": st.just("config")},
    ),
    st.fixed_dictionaries({"type": st.just("unset"), "name": _words}),
    st.fixed_dictionaries({"type": st.just("system"), "content": _words}),
    st.fixed_dictionaries({"type": st.just("model"), "model": _words, "server": _words}),
    st.fixed_dictionaries({"type": st.just("title"), "title": _words}),
    st.fixed_dictionaries({"type": st.just("head"), "id": _parents}),
    st.fixed_dictionaries({"type": st.just("pin"), "id": _ids, "pinned": st.booleans()}),
    st.fixed_dictionaries({"type": st.sampled_from(["later", 5])}),
)
