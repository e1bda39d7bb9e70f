"""What comes with a reply besides its text is kept, and said."""

import base64
from pathlib import Path

from tests.support.emulator import sitting
from tests.support.server import DONE, Script, chunk, event


async def test_a_picture_that_comes_is_kept_and_said_and_open_lists_it(tmp_path: Path) -> None:
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(4000)).decode()
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    drawn = event({"choices": [{"index": 0, "delta": {"content": "Here.", "images": [picture]}}]})
    script = Script([drawn, chunk(finish="stop"), DONE])
    async with sitting(script, sessions=tmp_path / "s", columns=200) as person:
        shown = await person.say("draw")
        assert "[png, 4.0 kB · /open] " in shown
        (file,) = (tmp_path / "s").glob("*.png")
        shown = await person.say("/open")
        assert shown.count(file.name) == 2
