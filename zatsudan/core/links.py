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
        address = match[0]
        while True:
            before = address
            address = address.rstrip(".,:;!?*_~")
            for opening, closing in ("()", "[]"):
                if address.endswith(closing) and address.count(closing) > address.count(opening):
                    address = address[:-1]
            if address == before:
                break
        if len(address) > len("https://"):
            found[address] = None
    return list(found)
