"""Sessions written as files."""

import os
from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.journal import begin_record, encode
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message


def write(directory: Path, name: str, *texts: Json, age: int = 0, title: str = "") -> Path:
    """Write a session in which the person says the odd texts."""
    records = [begin_record(name, "2026-01-01T00:00:00Z")]
    records.append({"type": "model", "model": "needle-model", "server": "scripted"})
    for number, text in enumerate(texts, 1):
        role, made = ("user", None) if number % 2 else ("assistant", Made(model="needle-model"))
        parent = str(number - 1) if number > 1 else None
        records.append(message_record(str(number), parent, Message(role, text), "", made))
    if title:
        records.append({"type": "title", "title": title})
    path = directory / f"{name}.jsonl"
    path.write_bytes(b"".join(map(encode, records)))
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def long_one(
    path: Path, say: Callable[[int], str], size: int = 10**9, messages: int = 10**9
) -> int:
    """Write a session of at least so many bytes, or so many messages; `say` gives the text of each by its number.

    Return its bytes.
    """
    lines = [encode(begin_record(path.stem, "2026-01-01T00:00:00Z"))]
    lines.append(encode({"type": "model", "model": "some-model", "server": "somewhere"}))
    written = number = 0
    while written < size and number < messages:
        number += 1
        own = number % 2 == 1
        message = Message("user" if own else "assistant", say(number))
        made = None if own else Made(model="some-model", first=0.3, seconds=2.5)
        parent = str(number - 1) if number > 1 else None
        line = encode(message_record(str(number), parent, message, "2026-01-01T00:00:00Z", made))
        lines.append(line)
        written += len(line)
    path.write_bytes(b"".join(lines))
    return written


# Letters whose other case is another character, two characters, or ASCII; marks that compose; what JSON escapes.
chars = st.sampled_from(
    list('aAksnu \n"\\{') + list("\u212aſßéÉжЖİıςΣA雑がガカ\u3099\u0301\x1b\u2028\ud83d😀")
)


texts = st.text(chars, max_size=12)
