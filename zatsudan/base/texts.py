"""Bytes that people's files and pipes hold, as text."""

import locale

#: Byte order marks, and what each of them tells. UTF-32's begins as UTF-16's does.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decoded(data: bytes, others: tuple[str, ...] = ()) -> str:
    """Return a text, its lines ended by \\n; raises UnicodeDecodeError.

    A byte order mark tells the encoding (PowerShell and Windows' editors write one), else it
    is UTF-8, and where it is not, the first of `others` that fits.
    """
    marked = next((coding for mark, coding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(marked)
    except UnicodeDecodeError:
        for coding in others:
            try:
                text = data.decode(coding)
                break
            except (UnicodeDecodeError, LookupError):
                continue
        else:
            raise
    return text.replace("\r\n", "\n")


def by_locale() -> tuple[str, ...]:
    """Return the encodings that a program beside us may have written in, other than UTF-8."""
    return (locale.getencoding(),)
