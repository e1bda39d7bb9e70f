"""Fields that no parameter can be: they make the request."""

from zatsudan.base.jsonvalues import Json

#: Fields by which a request says what was said (`prompt`, `input` and `chat_template` in its
#: place), which model gets it, and what a gateway is to send it on to with what key.
_MAKERS = frozenset(
    ("messages", "prompt", "input", "chat_template", "model", "api_base", "base_url", "api_key")
)


def makes_request(name: str, value: Json = None) -> bool:
    """Tell whether a field makes the request, so that no setting may be it.

    The talk alone says what is sent, and the person where to; a setting may come from a
    file of somebody else. Letters of another case are the same, since they are to servers
    written in Go (encoding/json). `stream` may be set to true and false and to nothing else.
    """
    folded = name.casefold()
    if folded == "stream":
        return name != folded or not isinstance(value, bool)
    return folded in _MAKERS
