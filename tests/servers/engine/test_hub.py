"""Models by their name on Hugging Face: which file is meant, and that it comes whole, once, and from there."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.hub import COMMIT, Hub, model
from tests.support.interpreter import start
from tests.support.listening import serving
from tests.support.oneshot import run
from zatsudan.base.errors import (
    ConfigError,
    ConnectionFailed,
    StatusError,
    StreamError,
    ZatsudanError,
)
from zatsudan.config.settings import Config, Places
from zatsudan.servers.engine import embedded, fetching, hub, modelfile
from zatsudan.servers.engine.hub import Model
from zatsudan.servers.engine.progress import Progress

Q4, Q8 = "tiny-Q4_K_M.gguf", "tiny-Q8_0.gguf"
FILES = {Q8: model(seed=8), Q4: model(seed=4), "mmproj-tiny-Q4_K_M.gguf": model(10)}
PARTS = {f"BF16/tiny-BF16-0000{n}-of-00003.gguf": model(9000, n) for n in (1, 2, 3)}
KEY = "hf_SECRET"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(fetching, "TELL_SECONDS", 0.0)


def named(server: Hub, tmp_path: Path, wanted: str = "", **environ: str) -> Model:
    """The model by the name that a person would write."""
    text = f"hf:{server.repo}{':' if wanted else ''}{wanted}"
    return Model(text, tmp_path / "models", {"HF_ENDPOINT": server.url, **environ})


def nothing(_: Progress) -> None:
    return


@pytest.mark.parametrize(
    ("wanted", "file"),
    [("", Q4), ("q8_0", Q8), ("Q4_K_M", Q4), (Q8, Q8)],
)
async def test_a_file_is_found_fetched_and_then_here(
    wanted: str, file: str, tmp_path: Path
) -> None:
    told: list[Progress] = []
    async with serving(Hub(FILES)) as server:
        one = named(server, tmp_path, wanted)
        assert one.path is None
        assert await one.size() == len(FILES[file])
        assert (one.name, one.host, one.checked) == (file, "127.0.0.1", True)
        path = await one.run(told.append)

    assert path.read_bytes() == FILES[file]
    assert path.relative_to(tmp_path).as_posix() == f"models/ggml-org--tiny-GGUF/{file}"
    assert path.stat().st_mode & 0o077 == 0
    assert told[-1].have == told[-1].size == len(FILES[file])
    # Now nobody is asked.
    assert named(Hub(url="http://127.0.0.1:9"), tmp_path, wanted).path == path


async def test_a_model_of_several_parts_comes_whole_and_is_its_first(tmp_path: Path) -> None:
    told: list[Progress] = []
    async with serving(Hub({**FILES, **PARTS})) as server:
        path = await named(server, tmp_path, "bf16").run(told.append)
        (path.parent / "tiny-BF16-00002-of-00003.gguf").unlink()
        assert named(server, tmp_path, "bf16").path is None
        server.asked.clear()
        await named(server, tmp_path, "bf16").run(nothing)
        assert server.fetched() == [("tiny-BF16-00002-of-00003.gguf", "")]
        assert named(server, tmp_path, "bf16").path == path

    assert path.name == "tiny-BF16-00001-of-00003.gguf"
    assert [part.read_bytes() for part in sorted(path.parent.iterdir())] == list(PARTS.values())
    size = sum(map(len, PARTS.values()))
    assert [progress.have for progress in told] == sorted(progress.have for progress in told)
    assert {progress.size for progress in told} == {size}
    assert told[-1].have == size


async def test_a_cut_file_is_gone_on_with_in_the_middle(tmp_path: Path) -> None:
    async with serving(Hub(FILES, cuts=[1000, 5000])) as server:
        path = await named(server, tmp_path).run(nothing)

        assert path.read_bytes() == FILES[Q4]
        assert server.fetched() == [(Q4, ""), (Q4, "bytes=1000-"), (Q4, "bytes=6000-")]


async def test_what_was_stopped_is_gone_on_with_the_next_time(tmp_path: Path) -> None:
    came = asyncio.Event()

    def tell(progress: Progress) -> None:
        if progress.have == 2000:
            came.set()

    async with serving(Hub(FILES, cuts=[2000], stalls=asyncio.Event())) as server:
        task = asyncio.ensure_future(named(server, tmp_path).run(tell))
        await asyncio.wait_for(came.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert named(server, tmp_path).path is None
        assert server.stalls is not None
        server.stalls.set()
        server.asked.clear()

        assert (await named(server, tmp_path).run(nothing)).read_bytes() == FILES[Q4]
        assert server.fetched() == [(Q4, "bytes=2000-")]


async def test_other_bytes_than_the_hub_told_are_thrown_away(tmp_path: Path) -> None:
    other = FILES[Q4][:-1] + b"!"
    async with serving(Hub(FILES, exchanged={Q4: other})) as server:
        with pytest.raises(StreamError, match="another checksum"):
            await named(server, tmp_path).run(nothing)

        assert named(server, tmp_path).path is None


async def test_the_key_goes_to_the_hub_and_to_nobody_else(tmp_path: Path) -> None:
    async with (
        serving(Hub(FILES)) as other,
        serving(Hub(FILES, key=KEY, elsewhere=other.url)) as server,
    ):
        path = await named(server, tmp_path, HF_TOKEN=f" {KEY}\n").run(nothing)

        assert path.read_bytes() == FILES[Q4]
        assert all(asked["authorization"] == f"Bearer {KEY}" for _, asked in server.asked)
        assert [path for path, _ in other.asked] == [f"/{Q4}"]
        assert "authorization" not in other.asked[0][1]


@pytest.mark.parametrize("place", ["HF_HOME", "HF_TOKEN_PATH", "XDG_CACHE_HOME"])
async def test_a_key_that_was_left_in_the_librarys_file_is_found(
    place: str, tmp_path: Path
) -> None:
    folder = tmp_path / "huggingface"
    folder.mkdir()
    (folder / "token").write_text(f"{KEY}\n")
    where = {
        "HF_HOME": str(folder),
        "HF_TOKEN_PATH": str(folder / "token"),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    async with serving(Hub(FILES, key=KEY)) as server:
        assert await named(server, tmp_path, **{place: where[place]}).size()


@pytest.mark.parametrize("key", ["hf SECRET", "hf_\u00e9SECRET", "hf_SECRET\nx: y"])
async def test_a_key_that_is_none_is_not_sent_and_not_shown(key: str, tmp_path: Path) -> None:
    async with serving(Hub(FILES)) as server:
        with pytest.raises(ConfigError, match="characters in it") as caught:
            await named(server, tmp_path, HF_TOKEN=key).size()

        assert "SECRET" not in f"{caught.value}{caught.value.advice}"
        assert server.asked == []


async def refused(server: Hub, tmp_path: Path, wanted: str = "", **environ: str) -> ZatsudanError:
    """What is said where a model cannot be had."""
    with pytest.raises(ZatsudanError) as caught:
        await named(server, tmp_path, wanted, **environ).run(nothing)
    assert caught.value.advice
    assert KEY not in f"{caught.value}{caught.value.advice}"
    return caught.value


@pytest.mark.parametrize("key", ["", "hf_other"])
async def test_a_private_or_missing_repository_is_a_sentence(key: str, tmp_path: Path) -> None:
    async with serving(Hub(FILES, key=KEY)) as server:
        error = await refused(server, tmp_path, HF_TOKEN=key)
    assert str(error) == "Hugging Face shows no ggml-org/tiny-GGUF (401)."
    assert "HF_TOKEN" in error.advice

    async with serving(Hub(FILES, answers={"/api": (404, b"")})) as server:
        assert "(404)" in str(await refused(server, tmp_path))


async def test_a_gated_repository_says_what_to_do(tmp_path: Path) -> None:
    async with serving(Hub(FILES, gate=KEY)) as server:
        assert isinstance(await refused(server, tmp_path), StatusError)
        error = await refused(server, tmp_path, HF_TOKEN="hf_other")
        assert str(error) == "ggml-org/tiny-GGUF is gated: its files are not for everyone."
        assert "terms" in error.advice

        assert (await named(server, tmp_path, HF_TOKEN=KEY).run(nothing)).is_file()


@pytest.mark.parametrize(
    ("files", "wanted", "sentence", "advice"),
    [
        (FILES, "Q5_K_M", "holds no model file Q5_K_M", f"It holds {Q8}, {Q4}"),
        (FILES, "other.gguf", "holds no model file other.gguf", Q4),
        (FILES, "mmproj-tiny-Q4_K_M.gguf", "holds no model file mmproj", Q4),
        ({"model.safetensors": b"x"}, "", "holds no GGUF file", "-GGUF"),
        ({"../../evil-Q4_K_M.gguf": b"GGUF"}, "", "holds no GGUF file", "-GGUF"),
    ],
)
async def test_a_file_that_is_not_there_is_a_sentence_with_those_that_are(
    files: dict[str, bytes], wanted: str, sentence: str, advice: str, tmp_path: Path
) -> None:
    async with serving(Hub(files)) as server:
        error = await refused(server, tmp_path, wanted)

    assert sentence in str(error)
    assert advice in error.advice


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"sha": 1}', b'{"sha": "x", "siblings": 1}', b"[" * 10_000]
)
async def test_what_is_no_hub_is_a_sentence(body: bytes, tmp_path: Path) -> None:
    async with serving(Hub(answers={"/api": (200, body)})) as server:
        error = await refused(server, tmp_path)

    assert str(error) == "127.0.0.1 does not answer as Hugging Face does."


async def test_a_hub_that_cannot_be_reached_or_is_not_well_is_a_sentence(tmp_path: Path) -> None:
    async with serving(Hub(answers={"/api": (503, b"")})) as server:
        assert "does not give ggml-org/tiny-GGUF (503)" in str(await refused(server, tmp_path))
    assert isinstance(await refused(Hub(url="http://127.0.0.1:9"), tmp_path), ConnectionFailed)
    error = await refused(Hub(), tmp_path, HF_HUB_OFFLINE="1")
    assert str(error) == "ggml-org/tiny-GGUF is not here, and HF_HUB_OFFLINE is set."


async def test_an_answer_without_end_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LISTING_BYTES", 100)
    async with serving(Hub(FILES)) as server:
        assert "more than 100 B" in str(await refused(server, tmp_path))


async def test_a_disk_without_room_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)
    async with serving(Hub(FILES)) as server:
        assert "there is room for 1.0 kB" in str(await refused(server, tmp_path))


@pytest.mark.posix  # links
def test_a_model_in_the_shared_cache_is_served_from_there(tmp_path: Path) -> None:
    snapshot = tmp_path / "hub" / "models--o--r" / "snapshots" / COMMIT
    blobs = tmp_path / "hub" / "models--o--r" / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "abc").write_bytes(model())
    (snapshot / Q8).symlink_to(blobs / "abc")
    (snapshot / Q4).symlink_to(blobs / "gone")
    environ = {"HF_HUB_CACHE": str(tmp_path / "hub")}

    assert Model("hf:o/r", tmp_path / "models", environ).path == snapshot / Q8
    assert Model("hf:o/r:Q4_K_M", tmp_path / "models", environ).path is None
    assert Model("hf:o/r", tmp_path / "models", {"HF_HOME": str(tmp_path)}).path == snapshot / Q8
    assert Model("hf:o/r", tmp_path / "models", {}).path is None


async def test_a_cache_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError

    (tmp_path / "o--r").mkdir()
    (tmp_path / "o--r" / Q4).touch()
    nowhere = {"HF_HUB_CACHE": "~nobody-here/hub", "HF_TOKEN_PATH": "~nobody-here/token"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_file", refuse)
        assert Model("hf:o/r", tmp_path, nowhere).path is None
    async with serving(Hub(FILES)) as server:
        assert await named(server, tmp_path, **nowhere).size()


@pytest.mark.parametrize(
    "text", ["hf:", "hf:name", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a/b--c", "hf:a/b?x", "hf:é/b"]
)
def test_a_name_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="names no repository") as caught:
        Model(text, tmp_path, {})

    assert "hf:OWNER/REPO" in caught.value.advice


async def test_a_hub_without_tls_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="exchanged on its way"):
        await Model("hf:o/r", tmp_path, {"HF_ENDPOINT": "http://mirror.example"}).size()


# --- as a flag ------------------------------------------------------------------


async def test_a_message_waits_for_the_model_that_is_named(clean_environment: Path) -> None:
    environ = {"XDG_DATA_HOME": str(clean_environment / "data")}
    flags = ("--gguf", "hf:ggml-org/tiny-GGUF:Q8_0", "Hi")
    async with serving(Hub(FILES)) as server:
        code, out, err = await run(flags, clean_environment, {**environ, "HF_ENDPOINT": server.url})
        asked = len(server.asked)
        again = await run(flags, clean_environment, {**environ, "HF_ENDPOINT": server.url})

    # It came, and is no model that the engine could load.
    assert (code, out) == (again[0], again[1]) == (3, "")
    assert err.splitlines()[0] == (
        f"Fetching {Q8} from 127.0.0.1 (50 kB); Ctrl-C stops, and what came is kept."
    )
    assert "embedded engine ended" in err
    assert "Fetching" not in again[2]
    assert len(server.asked) == asked == 2
    (file,) = (clean_environment / "data").rglob("*.gguf")
    assert file.read_bytes() == FILES[Q8]


@pytest.mark.posix  # Windows sends no program a SIGINT
async def test_ctrl_c_stops_it_and_keeps_what_came(clean_environment: Path) -> None:
    environ = {"HOME": str(clean_environment), "XDG_DATA_HOME": str(clean_environment)}
    async with serving(Hub(FILES, cuts=[2000], stalls=asyncio.Event())) as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "zatsudan", "--gguf", "hf:ggml-org/tiny-GGUF", "Hi"),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environ, "HF_ENDPOINT": server.url},
        )
        while not list(clean_environment.rglob("*.part.json")):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    assert process.returncode == 130
    assert b"Traceback" not in err
    assert list(clean_environment.rglob("*.part"))  # noqa: ASYNC240
    assert not list(clean_environment.rglob("*.gguf"))  # noqa: ASYNC240


async def test_a_name_that_cannot_be_had_is_a_sentence_and_an_exit_code(
    clean_environment: Path,
) -> None:
    async with serving(Hub(FILES)) as server:
        code, out, err = await run(
            ("--gguf", "hf:a/b", "Hi"), clean_environment, {"HF_ENDPOINT": server.url}
        )

    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "zatsudan: Hugging Face shows no a/b (404).",
        "See whether it is written so; a private or gated one wants a key in HF_TOKEN.",
    ]


def test_without_the_engine_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "has_engine", lambda: False)
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path)

    with pytest.raises(ConnectionFailed, match="No embedded engine") as caught:
        modelfile.with_model(Config(), "hf:o/r", places, {"HF_ENDPOINT": "http://127.0.0.1:9"})

    assert "pip install 'zatsudan[local]'" in caught.value.advice


HERE = """
import json, sys
from pathlib import Path
from zatsudan.servers.engine.hub import Model
folder = Path("{folder}")
assert Model("hf:o/r", folder, {{}}).path == folder / "o--r" / "m.gguf"
print(json.dumps(sorted(sys.modules)))
"""


def test_a_model_that_is_here_needs_no_client(tmp_path: Path) -> None:
    (tmp_path / "o--r").mkdir()
    (tmp_path / "o--r" / "m.gguf").write_bytes(model())

    modules = set(json.loads(start(HERE.format(folder=tmp_path), tmp_path).stdout))

    assert not modules & {"httpx", "asyncio", "huggingface_hub", "zatsudan.servers.engine.fetching"}
