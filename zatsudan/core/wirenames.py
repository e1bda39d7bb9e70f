"""Names that servers have of their own for a parameter, by the kind of server.

A row of the table of parameters keeps its one name for the person; only the
request carries the server's. Sources: the Mistral SDK's request classes, vLLM's
and llama.cpp's server protocol, Ollama's openai.go, LM Studio's and
OpenRouter's documentation. What is not known here is learned from refusals.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from zatsudan.core.messages import Json
from zatsudan.core.refusals import RENAME, Repair

_HOSTS = {
    "api.mistral.ai": "mistral",
    "openrouter.ai": "openrouter",
    "api.openai.com": "openai",
    "api.deepseek.com": "deepseek",
}
_PORTS = {11434: "ollama", 1234: "lmstudio", 8080: "llama.cpp", 8000: "vllm"}

NAMES: Mapping[str, Mapping[str, str]] = {
    "mistral": {"seed": "random_seed", "max_completion_tokens": "max_tokens"},
    "deepseek": {"max_completion_tokens": "max_tokens"},
    "ollama": {"max_completion_tokens": "max_tokens"},
    "lmstudio": {
        "repetition_penalty": "repeat_penalty",
        "max_completion_tokens": "max_tokens",
    },
    "llama.cpp": {"repetition_penalty": "repeat_penalty"},
    "vllm": {"repeat_penalty": "repetition_penalty"},
    "openrouter": {"repeat_penalty": "repetition_penalty"},
}


def kind_of(name: str, base_url: str) -> str:
    """Return the kind of a server, by its address or the name it was found under; `` if unknown."""
    if name == "local":
        return "llama.cpp"  # the embedded engine
    if name in NAMES:
        return name
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host in _HOSTS:
        return _HOSTS[host]
    near = host in ("localhost", "127.0.0.1", "::1")
    return _PORTS.get(parts.port or 0, "") if near else ""


def renames(kind: str) -> tuple[Repair, ...]:
    """Return the renames that a kind of server needs, in the form of what is learned."""
    return tuple(Repair(RENAME, name, other) for name, other in NAMES.get(kind, {}).items())


def wire_name(name: str, repairs: Iterable[Repair]) -> str:
    """Return the name under which a parameter is sent."""
    for repair in repairs:
        if repair.kind == RENAME and repair.name == name:
            name = str(repair.value)
    return name


def own_names(
    parameters: Mapping[str, Json], repairs: Iterable[Repair], known: Iterable[str]
) -> dict[str, Json]:
    """Return sent parameters under the names that a person set, as far as that can be told.

    A name that is a row itself (`known`) stays: it may have been set under it.
    """
    rows = set(known)
    back = {str(repair.value): repair.name for repair in repairs if repair.kind == RENAME}
    return {
        name if name in rows else back.get(name, name): value for name, value in parameters.items()
    }
