"""Prefill: a reply that goes on from a text which is given to it.

The text is sent as an assistant message at the end. Servers take it in several
forms, and some not at all: OpenAI and Claude from 4.6 on begin anew or refuse.
No server says which, so a probe of four tokens finds out: a model that is given
most of the alphabet goes on with its next letters, or begins again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.protocol import Delta

#: The server takes it in no form.
NONE = "none"

#: What each form adds to the message and to the request, in the order of trying:
#: llama.cpp, Ollama and most others; vLLM; Mistral and DeepSeek (beta); llama.cpp
#: with a model that would think first (it refuses with a 400 otherwise).
FORMS: dict[str, tuple[JsonObject, JsonObject]] = {
    "trailing": ({}, {}),
    "continue": ({}, {"continue_final_message": True, "add_generation_prompt": False}),
    "prefix": ({"prefix": True}, {}),
    "unthinking": ({}, {"chat_template_kwargs": {"enable_thinking": False}}),
}

#: Fields that a prefill puts into a request, besides those that a person sets.
FIELDS = frozenset(name for _, of_request in FORMS.values() for name in of_request)

_GO_ON = (
    "Your reply was cut off. Go on exactly where it stopped, in the middle of a word if need be:"
    " repeat nothing and explain nothing."
)
_ASKED = "Write the alphabet in small letters."
_GIVEN = "a b c d e f g h i j k l m n"
_NEXT = re.compile(r"\W*o\W+p\b")


def prefilled(body: Mapping[str, Json], text: str, form: str) -> JsonObject:
    """Return a request that asks to go on from `text`."""
    of_message, of_request = FORMS[form]
    messages = body.get("messages")
    given: JsonObject = {"role": "assistant", "content": text, **of_message}
    result = dict(body)
    result["messages"] = [*(messages if isinstance(messages, list) else ()), given]
    for name, value in of_request.items():
        old = result.get(name)
        result[name] = (
            {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return result


def asked(body: Mapping[str, Json], text: str) -> JsonObject:
    """Return a request that asks in words to go on from `text`, for servers that take no prefill."""
    messages = body.get("messages")
    more: list[Json] = [
        {"role": "assistant", "content": text},
        {"role": "user", "content": _GO_ON},
    ]
    return {**body, "messages": [*(messages if isinstance(messages, list) else ()), *more]}


def probe(model: str, form: str) -> JsonObject:
    """Return the request that finds out whether a form works."""
    body: JsonObject = {
        "model": model,
        "messages": [{"role": "user", "content": _ASKED}],
        "max_tokens": 4,
        "temperature": 0,
        "stream": True,
    }
    return prefilled(body, _GIVEN, form)


def goes_on(text: str) -> bool | None:
    """Tell from the probe's reply whether it went on; None for no text (a model that thinks first)."""
    if not text.strip():
        return None
    return _NEXT.match(text.removeprefix(_GIVEN)) is not None


def without_echo(text: str, given: str, *, whole: bool) -> str:
    """Return the first piece of a reply without the given text, where the server repeats it.

    llama.cpp does so when it does not stream (`whole`). In a stream a piece is a
    token: one that equals a short given text is the model's own repetition.
    """
    return text.removeprefix(given) if whole or len(given) > 16 else text


class Opening:
    """Puts the given text before the first delta of each choice that brings something.

    So what is shown, journalled and recorded is the whole reply at any moment.
    `begun` are the choices that have it.
    """

    def __init__(self, text: str, logprobs: Iterable[Json] = ()) -> None:
        self._text = text
        self._logprobs = tuple(logprobs)
        self.begun: set[int] = set()

    def lead(self, deltas: Iterable[Delta], request: Mapping[str, Json]) -> Iterator[Delta]:
        """Yield the deltas of a chunk, led by the text where one begins its reply."""
        for delta in deltas:
            says = delta.content or delta.reasoning or delta.finish_reason
            if not self._text or delta.index in self.begun or not says:
                yield delta
                continue
            self.begun.add(delta.index)
            # Without those of the rest they would be taken for all of the reply's.
            known = self._logprobs if request.get("logprobs") else ()
            yield Delta(delta.index, self._text, logprobs=known)
            whole = request.get("stream") is False
            yield delta._replace(content=without_echo(delta.content, self._text, whole=whole))
