"""Kinds of values that are JSON: any of some types, a bias, a schema, a format."""

from collections.abc import Sequence

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later
from zatsudan.base.words import Word
from zatsudan.parameters.values import Kind, Phrase, json_words, single


def json_of(what: str, *types: type) -> Kind:
    """A JSON value of one of `types`; `what` is a constant that is said later."""
    return Kind(
        Phrase(what),
        json_words,
        lambda value: isinstance(value, types),
        Phrase("JSON"),
        long=True,
    )


def _check_bias(value: Json) -> bool:
    return isinstance(value, dict) and all(
        isinstance(bias, int | float) and not isinstance(bias, bool) and -100 <= bias <= 100
        for bias in value.values()
    )


bias = Kind(
    Phrase(later('a JSON map of token ids to -100..100, as in {"50256": -100}')),
    json_words,
    _check_bias,
    Phrase(later("JSON map")),
    long=True,
)


def _read_format(words: Sequence[Word], _current: Json) -> Json:
    word = single(words[:1]) if words else ""
    return {"type": word} if word in ("text", "json_object") else json_words(words, None)


schema = Kind(
    Phrase(later("a JSON schema, or @FILE")),
    json_words,
    lambda value: isinstance(value, dict),
    Phrase(later("schema")),
    long=True,
)

_JSON_OR_WORD = Phrase(later("JSON, word"))

response_format = Kind(
    Phrase(later("text, json_object or a JSON object with a json_schema of name and schema")),
    _read_format,
    lambda value: isinstance(value, dict) and isinstance(value.get("type"), str),
    _JSON_OR_WORD,
    ("text", "json_object"),
    long=True,
)


def words_or_object(*names: str) -> Kind:
    """One of some words, or a JSON object."""

    def read(words: Sequence[Word], _current: Json) -> Json:
        return words[0].text if words and words[0].text in names else json_words(words, None)

    return Kind(
        Phrase(later("{names} or a JSON object"), {"names": ", ".join(names)}),
        read,
        lambda value: isinstance(value, dict) or value in names,
        _JSON_OR_WORD,
        names,
    )
