"""Fetching a model file from servers that cut, lie, ignore and exchange."""

import asyncio
import errno
import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fileserver import FILE, FileServer
from tests.support.listening import serving
from zatsudan.base.errors import ConfigError, ConnectionFailed, StreamError
from zatsudan.servers.engine import fetching
from zatsudan.servers.engine.fetching import Fetch
from zatsudan.servers.engine.progress import Progress

SHA = hashlib.sha256(FILE).hexdigest()


async def no_pause(_seconds: float) -> None:
    return


def fetch(
    server: FileServer,
    tmp_path: Path,
    sha256: str = SHA,
    tell: Callable[[Progress], None] = lambda _: None,
) -> "asyncio.Task[Path]":
    path = tmp_path / "models" / "tiny.gguf"
    seconds = itertools.count().__next__  # so that all progress is told
    one = Fetch(server.url, path, sha256, sleep=no_pause, clock=seconds)
    return asyncio.ensure_future(one.run(tell))


def kept(tmp_path: Path) -> dict[str, int]:
    """What lies in the directory, with the sizes of files that hold the model."""
    return {
        path.name: path.stat().st_size
        for path in (tmp_path / "models").iterdir()
        if path.suffix != ".json"
    }


async def test_a_whole_file_takes_its_name_and_nothing_is_left(tmp_path: Path) -> None:
    told: list[Progress] = []
    async with serving(FileServer()) as server:
        path = await fetch(server, tmp_path, tell=told.append)

    assert path.read_bytes() == FILE
    assert [entry.name for entry in path.parent.iterdir()] == ["tiny.gguf"]
    assert path.stat().st_mode & 0o077 == 0
    assert (told[0].have, told[0].size) == (0, len(FILE))
    assert told[-1].have == len(FILE)


@pytest.mark.parametrize("if_range", [True, False])
async def test_a_cut_file_is_gone_on_with(tmp_path: Path, if_range: bool) -> None:
    async with serving(FileServer(cuts=[1000, 5000], if_range=if_range)) as server:
        assert (await fetch(server, tmp_path)).read_bytes() == FILE

    assert [request.get("range") for request in server.requests] == [
        None,
        "bytes=1000-",
        "bytes=6000-",
    ]
    assert server.requests[1]["if-range"] == '"v1"'


async def test_a_server_without_ranges_begins_anew(tmp_path: Path) -> None:
    async with serving(FileServer(cuts=[1000], ranges=False)) as server:
        assert (await fetch(server, tmp_path)).read_bytes() == FILE

    assert len(server.requests) == 2


async def test_a_server_that_always_cuts_ends_as_a_sentence_and_the_part_stays(
    tmp_path: Path,
) -> None:
    async with serving(FileServer(cuts=[1000] * 9)) as server:
        with pytest.raises(ConnectionFailed, match=r"The file was cut after 6\.0 kB of") as caught:
            await fetch(server, tmp_path)
        assert "What came is kept" in caught.value.advice
        assert kept(tmp_path) == {"tiny.gguf.part": 6000}
        assert len(server.requests) == fetching.CUTS + 1

        server.cuts.clear()
        assert (await fetch(server, tmp_path)).read_bytes() == FILE
        assert server.requests[-1]["range"] == "bytes=6000-"


async def test_a_cut_without_progress_is_not_tried_for_ever(tmp_path: Path) -> None:
    async with serving(FileServer(cuts=[0, 0])) as server:
        with pytest.raises(ConnectionFailed):
            await fetch(server, tmp_path)

        assert len(server.requests) == 1


async def test_stopping_keeps_the_part_for_the_next_time(tmp_path: Path) -> None:
    came = asyncio.Event()

    def tell(progress: Progress) -> None:
        if progress.have == 2000:
            came.set()

    async with serving(FileServer(cuts=[2000], stalls=asyncio.Event())) as server:
        task = fetch(server, tmp_path, tell=tell)
        await asyncio.wait_for(came.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert kept(tmp_path) == {"tiny.gguf.part": 2000}

        assert (await fetch(server, tmp_path)).read_bytes() == FILE
        assert server.requests[-1]["range"] == "bytes=2000-"


@pytest.mark.parametrize(("if_range", "tag"), [(True, '"v2"'), (False, '"v2"')])
async def test_a_file_that_has_changed_is_fetched_anew(
    tmp_path: Path, if_range: bool, tag: str
) -> None:
    async with serving(FileServer(cuts=[1000, 0], data=b"GGUF" + bytes(5000))) as server:
        with pytest.raises(ConnectionFailed):
            await fetch(server, tmp_path, "")
        server.cuts.clear()
        server.data, server.tag, server.if_range = FILE, tag, if_range

        assert (await fetch(server, tmp_path, "")).read_bytes() == FILE


@pytest.mark.parametrize("tag", ["", 'W/"v1"'])
async def test_without_a_tag_or_a_checksum_nothing_is_put_together(
    tmp_path: Path, tag: str
) -> None:
    path = tmp_path / "models" / "tiny.gguf"
    async with serving(FileServer(cuts=[1000], tag=tag)) as server:
        whole = Fetch(server.url, path, SHA, sleep=no_pause)
        await whole.run(lambda _: None)
        assert server.requests[1]["range"] == "bytes=1000-"  # the checksum will tell

        server.cuts[:] = [1000]
        await Fetch(server.url, path, sleep=no_pause).run(lambda _: None)
        assert "range" not in server.requests[-1]


async def test_a_file_with_another_checksum_is_refused_and_thrown_away(tmp_path: Path) -> None:
    async with serving(FileServer(data=FILE[:-1] + b"!")) as server:
        with pytest.raises(StreamError, match="another checksum") as caught:
            await fetch(server, tmp_path)

    assert "do not belong together" in caught.value.advice
    assert kept(tmp_path) == {"tiny.gguf.part": 0}


async def test_what_is_no_model_is_refused_at_its_first_bytes(tmp_path: Path) -> None:
    async with serving(FileServer(data=b"<html>" + FILE)) as server:
        with pytest.raises(StreamError, match="does not begin with GGUF"):
            await fetch(server, tmp_path)

    assert kept(tmp_path) == {"tiny.gguf.part": 0}


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (len(FILE) + 10, "was cut after"),
        (len(FILE) - 10, "another checksum"),
        (-1, "does not say how large"),
        (2**41, "says that the file has 2.2 TB"),
    ],
)
async def test_a_size_that_is_a_lie(tmp_path: Path, size: int, sentence: str) -> None:
    async with serving(FileServer(size=size, ranges=False)) as server:
        with pytest.raises((StreamError, ConnectionFailed), match=sentence):
            await fetch(server, tmp_path)

    assert "tiny.gguf" not in kept(tmp_path)


async def test_a_part_that_is_all_there_needs_its_checksum_alone(tmp_path: Path) -> None:
    async with serving(FileServer(cuts=[1000])) as server:
        whole = tmp_path / "models" / "tiny.gguf.part"
        whole.parent.mkdir()
        whole.write_bytes(FILE)
        whole.with_name("tiny.gguf.part.json").write_text(
            json.dumps({"url": server.url, "validator": '"v1"'})
        )
        assert (await fetch(server, tmp_path)).read_bytes() == FILE

    assert len(server.requests) == 1


async def test_no_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    async with serving(FileServer()) as server:
        with pytest.raises(ConnectionFailed, match=r"needs 102 kB, and there is room for 1\.0 kB"):
            await fetch(server, tmp_path)

    assert kept(tmp_path) == {"tiny.gguf.part": 0}


async def test_a_disk_that_fills_up_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    async with serving(FileServer()) as server:
        with pytest.raises(ConnectionFailed, match=r"No space left") as caught:
            await fetch(server, tmp_path)

    assert "Make room" in caught.value.advice


@pytest.mark.posix
async def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"kept")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.gguf.part").symlink_to(victim)

    async with serving(FileServer()) as server:
        with pytest.raises(ConnectionFailed, match="cannot be written"):
            await fetch(server, tmp_path)

    assert victim.read_bytes() == b"kept"


async def test_two_do_not_fetch_the_same_file(tmp_path: Path) -> None:
    async with serving(FileServer(cuts=[2000], stalls=asyncio.Event())) as server:
        first = fetch(server, tmp_path)
        while not server.requests:  # noqa: ASYNC110  a server has no event to wait for
            await asyncio.sleep(0.01)
        with pytest.raises(ConnectionFailed, match="in another terminal"):
            await fetch(server, tmp_path)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_the_size_is_asked_for_before(tmp_path: Path) -> None:
    async with serving(FileServer()) as server:
        assert await Fetch(server.url, tmp_path / "x.gguf", SHA).size() == len(FILE)
        server.status = 405
        assert await Fetch(server.url, tmp_path / "x.gguf", SHA).size() == 0
    assert await Fetch(server.url, tmp_path / "x.gguf", SHA).size() == 0
    assert {request["method"] for request in server.requests} == {"HEAD"}


@pytest.mark.parametrize(
    ("url", "sha256"),
    [("ftp://host/x", SHA), ("x.gguf", SHA), ("https:///x", SHA), ("http://host/x.gguf", ""), ("http://127.0.0.1.example/x", ""),
     ("https://host/x", "abc")],
)  # fmt: skip
def test_an_address_that_will_not_do_is_refused(url: str, sha256: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Fetch(url, tmp_path / "x.gguf", sha256)

    assert caught.value.advice
