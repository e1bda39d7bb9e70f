"""Files put into messages."""

import base64
import os
from pathlib import Path

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.words import quote
from zatsudan.talk import attaching
from zatsudan.talk.attaching import IMAGE_BYTES, TEXT_BYTES, Attached
from zatsudan.talk.attachments import mentions, said
from zatsudan.talk.running import Ran


def attach(text: str, base: Path, ran: Ran | None = None) -> Attached:
    """What becomes of a text all of whose mentions a person typed."""
    wanted = dict.fromkeys(mention for _, mention in mentions(text))
    return attaching.attach(text, wanted, base, ran)


PNG = b"\x89PNG\r\n\x1a\nrest"


def test_a_text_file_becomes_a_block(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfone\r\n```\ntwo")

    attached = attach("sum up @a.md.", tmp_path)

    assert attached.content == "sum up @a.md.\n\n````a.md\none\n```\ntwo\n````"


def test_japanese_goes_on_right_behind_the_name(tmp_path: Path) -> None:
    (tmp_path / "メモ.txt").write_text("晴れ\n", encoding="utf-8")

    content = attach("これ@メモ.txtを要約して", tmp_path).content

    assert content == "これ@メモ.txtを要約して\n\n```メモ.txt\n晴れ\n```"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(PNG, "png"), (b"\xff\xd8\xff\xe0x", "jpeg"), (b"GIF89a", "gif"), (b"RIFF1234WEBPx", "webp")],
)
def test_an_image_becomes_a_part(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "x").write_bytes(data)

    url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    assert attach("what is @x", tmp_path).content == [
        {"type": "text", "text": "what is @x"},
        {"type": "image_url", "image_url": {"url": url}},
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\1\2", "no UTF-8 text"),
        ("日本".encode("shift-jis"), "no UTF-8 text"),
        (b"x" * (TEXT_BYTES + 1), "too large: at most 256 kB"),
        (PNG + b"x" * IMAGE_BYTES, "too large: at most 5.0 MB"),
    ],
)
def test_what_cannot_be_sent_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.bin").write_bytes(data)

    with pytest.raises(CommandError, match=words) as caught:
        attach("see @x.bin", tmp_path)
    assert caught.value.advice


@pytest.mark.posix  # named pipes
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(CommandError, match="no ordinary file"):
        attach("see @pipe", tmp_path)


def test_what_is_no_file_stays_as_it_was_typed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    attached = attach("@alice see @nots.txt in @folder ~@nobody~", tmp_path)

    assert attached.content == "@alice see @nots.txt in @folder ~@nobody~"
    assert attached.missing == ("nots.txt",)


def test_the_output_of_a_command(tmp_path: Path) -> None:
    ran = Ran("make", "no rule", 2, 0.1)

    content = attach("why? @!", tmp_path, ran=ran).content

    assert content == "why? @!\n\n```console\n$ make\nno rule\n[exit 2]\n```"
    # Sent once more, it stands there already.
    assert attach(str(content), tmp_path, ran=None).content == content
    with pytest.raises(CommandError, match="none was run"):
        attach("why? @!", tmp_path)


@pytest.mark.parametrize("name", ["my notes.txt", 'a "b".txt', "back\\slash", "tick`.md"])
def test_odd_names_as_completion_writes_them(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x\n")
    typed = f"see @{quote(name)} now"

    message = said(attach(typed, tmp_path).content)

    assert message.labels == (f"[file {name}, 1 line]",)
    assert message.typed == typed


def test_a_file_named_twice_is_sent_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert str(attach("@a and @a, @a.", tmp_path).content).count("```a") == 1
