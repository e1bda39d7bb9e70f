"""Pictures and sound of a reply are kept as files beside the session."""

import base64
import stat
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.sessions.session import Node
from zatsudan.sessions.shelf import delete
from zatsudan.talk.chat import Chat
from zatsudan.talk.received import keep, kept, media
from zatsudan.wire.messages import Message

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
DATA = base64.b64encode(PNG).decode()
PICTURE: Json = {"type": "image_url", "image_url": {"url": f"data:image/svg+xml;base64,{DATA}"}}


def replied(sessions: Path | None, beside: JsonObject) -> tuple[Chat, Node]:
    chat = chat_over(ScriptedClient().connect, sessions)
    chat.talk.new()
    asked = chat.talk.say("draw")
    made = Made(beside=beside, parameters={"audio": {"voice": "x", "format": "mp3"}})
    chat.talk.record(message_record("9", asked.id, Message("assistant", ""), "", made))
    return chat, chat.talk.session.nodes["9"]


def test_a_picture_and_a_sound_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    sound = base64.b64encode(b"la").decode()
    chat, node = replied(tmp_path, {"images": [PICTURE], "audio": {"data": sound}})
    paths = keep(chat.talk, node)
    assert [path.suffix for path in paths] == [".png", ".mp3"]
    assert [path.read_bytes() for path in paths] == [PNG, b"la"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert kept(chat.talk, node) == paths
    journal = chat.talk.journal.path
    assert journal is not None
    chat.talk.close()
    delete(journal)
    assert not any(path.exists() for path in paths)


def test_where_no_session_is_kept_no_picture_is() -> None:
    chat, node = replied(None, {"images": [PICTURE]})
    assert keep(chat.talk, node) == kept(chat.talk, node) == []


@pytest.mark.parametrize(
    "value",
    ["https://a.example/x.png", "data:image/png;base64,%%%", f"<svg>{DATA}", 5, {"url": None}],
)
def test_what_is_no_picture_by_its_bytes_is_none(value: Json) -> None:
    assert list(media({"images": [value]}, {})) == []
