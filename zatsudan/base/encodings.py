"""What is written where an encoding lacks a character: plain forms, and one character for all else.

A terminal or a pipe may be ASCII or Latin-1. Text is never a reason to fail there: our own
characters and typographic ones have forms that stand in every encoding, one for one, so
that rows keep their width; of what is left, each shows as `?`, a wide one as two.
"""

import codecs

#: The name of the error handler, as `errors=` takes it.
PLAINLY = "zatsudan.plainly"

#: What is not in the encoding.
MISSING = "?"

_FORMS = {
    **dict.fromkeys("»›▸▷→⇒⟩↪", ">"),
    **dict.fromkeys("«‹◁←⇐⟨", "<"),
    **dict.fromkeys("·‐‑‒–—―−─━═", "-"),
    **dict.fromkeys("•◦‣∙●○▪⋅☑✓✔", "*"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("┼╋├┤┬┴┌┐└┘╭╮╰╯╔╗╚╝╠╣╦╩╬", "+"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("█▉▊▋▌▍▎▓", "#"),
    **dict.fromkeys("▏▒░", ":"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f", " "),
    "…": ".",
    "↑": "^",
    "↓": "v",
    "×": "x",
    "°": "~",
    "☐": "_",
    "∅": "0",
    # The spinner, each step a character of its own.
    **dict(zip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", r"|/-\|/-\|/", strict=True)),
}


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_form(char, error.encoding) for char in text), error.end


def _form(char: str, encoding: str) -> str:
    form = _FORMS.get(char)
    if form is None:
        import unicodedata

        return MISSING * (2 if unicodedata.east_asian_width(char) in ("W", "F") else 1)
    try:
        form.encode(encoding)
    except UnicodeEncodeError:
        return MISSING
    return form


codecs.register_error(PLAINLY, _plainly)


def fitting(text: str, encoding: str) -> str:
    """Return `text` with what the encoding lacks in its plain form."""
    if text.isascii():
        return text
    return text.encode(encoding, PLAINLY).decode(encoding)
