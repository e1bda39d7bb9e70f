"""The links of a text."""

import re

_LINK = re.compile(r"https?://[^\s<>\"'`\\^{|}\x00-\x20\u3000-\u303f\uff00-\uffef]+", re.IGNORECASE)


def links(text: str) -> list[str]:
    """Return the http and https addresses in `text`, each once, in their order.

    A sentence's own signs behind an address are no part of it, nor is the
    bracket of the Markdown link around it.
    """
    found: dict[str, None] = {}
    # An address may be a link's text too: [https://a.org](https://b.org).
    for match in _LINK.finditer(text.replace("](", "] (")):
        address = _trimmed(match[0])
        if len(address) > len("https://"):
            found[address] = None
    return list(found)


def _trimmed(address: str) -> str:
    """Return an address without a sentence's signs and without brackets that it does not open."""
    # What closes more than is opened; counted once, for a server may send a million of them.
    over = {
        closing: address.count(closing) - address.count(opening)
        for opening, closing in ("()", "[]")
    }
    end = len(address)
    while (last := address[end - 1]) in ".,:;!?*_~" or over.get(last, 0) > 0:
        if last in over:
            over[last] -= 1
        end -= 1
    return address[:end]
