"""The programs that are measured, and how each is started in a home of its own."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zatsudan.sessions.journal import begin_record, encode
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message

_BIN = Path(sys.executable).parent
_HERE = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program: `argv` for a base URL; `ready` is its prompt, `probe` keys and what they show."""

    name: str
    argv: Callable[[str], Sequence[str]]
    ready: str
    probe: tuple[str, str] = ("hello", "hello")
    chats: bool = True
    environ: Callable[[str], Mapping[str, str]] = lambda _: {}
    prepare: Callable[[Path, str], None] = lambda home, url: None
    file: Path = Path(sys.executable)


def environment(home: Path) -> dict[str, str]:
    """Return the variables that every program gets."""
    return {
        "HOME": str(home),
        "PATH": os.environ.get("PATH", ""),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "OPENAI_API_KEY": "sk-bench",
    }


def zatsudan_argv(base_url: str) -> list[str]:
    """Return how zatsudan is started against a server."""
    return [str(_BIN / "zatsudan"), "--base-url", base_url, "-m", "bench"]


def _llm(home: Path, url: str) -> None:
    folder = home / "llm"
    folder.mkdir()
    (folder / "extra-openai-models.yaml").write_text(
        f"- model_id: bench\n  model_name: bench\n  api_base: {url}\n"
    )


#: Zatsudan's folder of sessions in a home.
SESSIONS = ".local/share/zatsudan/sessions"


def long_session(home: Path, turns: int = 1_000) -> None:
    """Write a session of so many turns into zatsudan's folder of sessions."""
    folder = home / SESSIONS
    folder.mkdir(parents=True)
    at, parent = "2026-01-01T00:00:00Z", None
    records = [begin_record("20260101-000000-abcdef", at)]
    for turn in range(turns):
        records += [
            message_record(f"u{turn}", parent, Message("user", f"Question {turn}? " * 8), at),
            message_record(
                f"a{turn}",
                f"u{turn}",
                Message("assistant", f"Answer **{turn}** with some `words` in it. " * 12),
                at,
                Made(model="bench", seconds=1.0),
            ),
        ]
        parent = f"a{turn}"
    (folder / "20260101-000000-abcdef.jsonl").write_bytes(b"".join(map(encode, records)))


ZATSUDAN = Contestant(
    "zatsudan", zatsudan_argv, "»", ("/temp", "/temperature"), file=_BIN / "zatsudan"
)
BARE = Contestant(
    "bare prompt (P)", lambda _: [sys.executable, str(_HERE / "bare.py")], ">", chats=False
)
FLOOR = Contestant("floor (F)", lambda url: [sys.executable, str(_HERE / "floor.py"), url], ">")


def peers(folder: Path | None) -> list[Contestant]:
    """Return those of the other programs whose commands are in the folder."""
    if folder is None:
        return []
    known = [
        Contestant(
            "llm",
            lambda url: [str(folder / "llm"), "chat", "-m", "bench"],
            "\n> ",
            environ=lambda _: {"LLM_USER_PATH": "llm"},
            prepare=_llm,
            file=folder / "llm",
        ),
        Contestant(
            "shell-gpt",
            lambda url: [str(folder / "sgpt"), "--model", "bench", "--repl", "temp"],
            ">>> ",
            environ=lambda url: {
                "API_BASE_URL": url,
                "OPENAI_USE_FUNCTIONS": "false",
                "CHAT_CACHE_PATH": "chats",
                "CACHE_PATH": "cache",
            },
            file=folder / "sgpt",
        ),
        Contestant(
            "gpt-cli",
            lambda url: [str(folder / "gpt"), "--model", "gpt-bench", "--no_price"],
            ">",
            environ=lambda url: {"OPENAI_BASE_URL": url},
            file=folder / "gpt",
        ),
        Contestant(
            "aider",
            lambda url: [
                *(str(folder / "aider"), "--model", "openai/bench", "--no-git", "--no-analytics"),
                *("--no-check-update", "--no-show-model-warnings", "--edit-format", "ask"),
            ],
            ">",
            environ=lambda url: {"OPENAI_API_BASE": url},
            file=folder / "aider",
        ),
    ]
    return [peer for peer in known if peer.file.exists()]
