"""How others write what they were sent."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from zatsudan.base.printable import one_line

#: How others write what they were sent.
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in a URL": lambda text: quote(text, safe=""),
    "in a path": quote,
    "in a form": quote_plus,
    "small hexadecimal": lambda text: re.sub(r"%..", lambda match: match[0].lower(), quote(text, safe="")),
    "in JSON": lambda text: json.dumps(text)[1:-1],
    "in JSON of UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "in PHP's JSON": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "in Python": lambda text: repr(text)[1:-1],
    "in HTML": lambda text: "".join(f"&#{ord(char)};" if not char.isalnum() else char for char in text),
    "in XML": lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"),
    "on one line": lambda text: one_line(text, 500),
}  # fmt: skip
