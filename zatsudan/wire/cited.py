"""Where a reply has it from: the addresses and the counts of what stands beside its text."""

from collections.abc import Iterator, Mapping

from zatsudan.base.addresses import is_web
from zatsudan.base.jsonvalues import Json

#: Lists in which addresses stand, by vendor: Perplexity, OpenRouter and OpenAI, Zhipu, Groq, Azure.
_WITH_ADDRESSES = (
    *("citations", "search_results", "annotations", "sources", "web_search", "references"),
    *("executed_tools", "context", "search_info"),
)
_ADDRESSES = ("url", "link", "uri", "source")
_TITLES = ("title", "name", "media")


def sources(beside: Mapping[str, Json]) -> dict[str, str]:
    """Return the addresses in that order, each with its title where one is told, else ``."""
    titles = dict(_titled([beside.get(name) for name in _WITH_ADDRESSES]))
    return {address: titles.get(address, "") for address in addresses(beside)}


def _titled(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _titled(item)
    elif isinstance(value, dict):
        found = (value.get(name) for name in _ADDRESSES)
        address = next((item for item in found if isinstance(item, str)), "")
        titles = (value.get(name) for name in _TITLES)
        title = next((item for item in titles if isinstance(item, str) and item.strip()), "")
        if address and title:
            yield address, title
        for item in value.values():
            if isinstance(item, dict | list):
                yield from _titled(item)


def addresses(beside: Mapping[str, Json]) -> list[str]:
    """Return the addresses, each once, in the order of the first list that names them."""
    return list(dict.fromkeys(_found([beside.get(name) for name in _WITH_ADDRESSES])))


def _found(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if is_web(value):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _found(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in _ADDRESSES or isinstance(item, dict | list):
                yield from _found(item)


def counts(beside: Mapping[str, Json]) -> dict[str, int]:
    """Return of everything that has no address how many there are."""
    rest = {name: value for name, value in beside.items() if not list(_found([value]))}
    # Pictures have addresses, but of a kind that nobody reads.
    rest.update({name: beside[name] for name in ("images", "videos") if name in beside})
    return {name: len(value) if isinstance(value, list) else 1 for name, value in rest.items()}
