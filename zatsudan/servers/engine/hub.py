"""Model files by their name on Hugging Face: `hf:OWNER/REPO[:FILE or quantisation]`.

The names are those of llama.cpp's `-hf`. The Hub tells in one answer which files a
repository holds, how large they are, and their SHA-256; they are fetched as any
other model file is, so that what came before a cut is gone on with. A file that is
here is served without a question to the Hub, also one in the cache that
Hugging Face's own programs share.

The API: https://huggingface.co/docs/hub/api. `huggingface_hub` is not used: since
1.18 it throws away what came before a cut, and over HTTP it compares sizes alone.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from zatsudan.base import files
from zatsudan.base.errors import ConfigError, ConnectionFailed, StatusError, StreamError
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.config.settings import Network
from zatsudan.servers.engine.progress import Progress
from zatsudan.servers.engine.quantisations import pick

PREFIX = "hf:"
HUB = "https://huggingface.co"
#: An answer about a repository with thousands of files has a few megabytes.
LISTING_BYTES = 20_000_000

_REPO = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
#: Names that may become a path of ours: no part of them begins with a dot.
_SAFE = re.compile(r"(?!\.)[^\x00-\x1f\x7f\\:/]+(/(?!\.)[^\x00-\x1f\x7f\\:/]+)*")


class File(NamedTuple):
    """A file of a repository: where it lies in it, its bytes, and its SHA-256 (empty: not told)."""

    path: str
    size: int
    sha256: str


def is_name(text: str) -> bool:
    """Tell whether a model is named as on Hugging Face."""
    return text.lower().startswith(PREFIX)


class Model:
    """A model on the Hub that is to be here, below the directory `models`.

    Raises ConfigError for a name, an address (HF_ENDPOINT) or a key (HF_TOKEN) that is none.
    """

    def __init__(
        self, text: str, models: Path, environ: Mapping[str, str], network: Network | None = None
    ) -> None:
        repo, _, self._wanted = text[len(PREFIX) :].partition(":")
        if not _REPO.fullmatch(repo) or ".." in repo or "--" in repo:
            raise ConfigError(
                say("{name} names no repository of Hugging Face.", name=one_line(text, 120)),
                say("Write it as in hf:OWNER/REPO or hf:OWNER/REPO:Q4_K_M."),
            )
        self.repo = one_line(repo)
        self._folder = models / repo.replace("/", "--")
        self._environ = environ
        self._network = network
        self._files: list[File] = []
        self._commit = ""
        self._hub = (environ.get("HF_ENDPOINT") or HUB).rstrip("/")

    @property
    def host(self) -> str:
        """Where the file comes from."""
        return urlsplit(self._hub).hostname or ""

    @property
    def name(self) -> str:
        """What is to be fetched: the file, once `size` has asked for it."""
        return self._files[0].path.rpartition("/")[2] if self._files else self.repo

    @property
    def checked(self) -> bool:
        """Is the checksum of all that is to be fetched known?"""
        return all(file.sha256 for file in self._files)

    @property
    def path(self) -> Path | None:
        """The file that is here (of several parts the first, as llama.cpp wants it), or None."""
        for folder in (self._folder, *self._shared()):
            if parts := pick(_held(folder), self._wanted):
                return folder / parts[0]
        return None

    def _shared(self) -> list[Path]:
        """Return the versions of the repository in the cache of Hugging Face's programs, the newest first."""
        try:
            cache = files.expanded(self._environ.get("HF_HUB_CACHE") or self._home() / "hub")
            versions = (cache / f"models--{self.repo.replace('/', '--')}" / "snapshots").glob("*")
            return sorted(versions, key=lambda path: path.stat().st_mtime, reverse=True)
        except OSError:
            return []

    def _home(self) -> Path:
        cache = self._environ.get("XDG_CACHE_HOME") or "~/.cache"
        return files.expanded(self._environ.get("HF_HOME") or f"{cache}/huggingface")

    async def size(self) -> int:
        """Ask the Hub for the model, and return how large it is; raises ZatsudanError."""
        if self._environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            raise ConnectionFailed(
                say("{repo} is not here, and HF_HUB_OFFLINE is set.", repo=self.repo),
                say("Unset it to fetch the model, or name a file that is here."),
            )
        listed = await self._listed()
        names = [file.path for file in listed]
        picked = pick(names, self._wanted)
        if not picked:
            models = [name for name in names if name.lower().endswith(".gguf")]
            raise ConfigError(
                say(
                    "{repo} holds no model file {wanted}.",
                    repo=self.repo,
                    wanted=one_line(self._wanted, 60),
                )
                if self._wanted
                else say("{repo} holds no GGUF file.", repo=self.repo),
                say("It holds {names}.", names=one_line(", ".join(models), 300))
                if models
                else say("Name a repository that does: the names of many end in -GGUF."),
            )
        by_path = {file.path: file for file in listed}
        self._files = [by_path[name] for name in picked]
        return sum(file.size for file in self._files)

    async def run(self, tell: Callable[[Progress], None]) -> Path:
        """Fetch the file, all parts of it, and return the first; raises ZatsudanError.

        What came stays also if this is cancelled.
        """
        from zatsudan.servers.engine.fetching import Fetch  # httpx comes with it

        if not self._files:
            await self.size()
        size, have = sum(file.size for file in self._files), 0
        for file in self._files:
            path = self._folder / file.path
            if not path.is_file() or path.stat().st_size != file.size:
                url = f"{self._hub}/{self.repo}/resolve/{self._commit}/{quote(file.path)}"
                fetch = Fetch(url, path, file.sha256, network=self._network, headers=self._key())
                before = have
                try:
                    await fetch.run(lambda now: tell(Progress(before + now.have, size, now.speed)))  # noqa: B023
                except StatusError as error:
                    raise self._refused(error) from error
            have += file.size
        return self._folder / self._files[0].path

    async def _listed(self) -> list[File]:
        from zatsudan.servers.engine.fetching import Fetch

        try:
            url = f"{self._hub}/api/models/{self.repo}?blobs=true"
            data = await Fetch(url, self._folder, network=self._network, headers=self._key()).read(
                LISTING_BYTES
            )
            answer = loads(data)
        except StatusError as error:
            raise self._refused(error) from error
        except ValueError:
            answer = None
        commit = answer.get("sha") if isinstance(answer, dict) else None
        files = answer.get("siblings") if isinstance(answer, dict) else None
        if not isinstance(commit, str) or not isinstance(files, list):
            raise StreamError(
                say("{host} does not answer as Hugging Face does.", host=one_line(self.host, 60)),
                say("See where HF_ENDPOINT points to, or name a file with --gguf FILE."),
            )
        self._commit = quote(commit, safe="")
        return [file for entry in files if (file := _file(entry)) is not None]

    def _key(self) -> dict[str, str]:
        """Return the header that carries the key of HF_TOKEN, or of the file in which it was left."""
        token = self._environ.get("HF_TOKEN", "")
        if not token:
            try:
                place = self._environ.get("HF_TOKEN_PATH") or self._home() / "token"
                token = files.read(files.expanded(place), files.TEXT_BYTES).decode()
            except (OSError, ValueError):
                return {}
        token = token.strip()
        if not re.fullmatch(r"[!-~]*", token):
            raise ConfigError(
                say("The key for Hugging Face has characters in it that no key has."),
                say("Set HF_TOKEN to the key alone."),
            )
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _refused(self, error: StatusError) -> StatusError:
        """Return the error with what it means on the Hub; it tells nobody which private names there are."""
        if error.status == 403:
            told = say("{repo} is gated: its files are not for everyone.", repo=self.repo)
            advice = say("Agree to its terms on its page, then set HF_TOKEN to your key.")
        elif error.status in (401, 404):
            told = say(
                "Hugging Face shows no {repo} ({status}).", repo=self.repo, status=error.status
            )
            advice = say(
                "See whether it is written so; a private or gated one wants a key in HF_TOKEN."
            )
        else:
            told = say(
                "Hugging Face does not give {repo} ({status}).",
                repo=self.repo,
                status=error.status,
            )
            advice = say("Try again later: the same command goes on with what came.")
        refused = StatusError(error.status)
        refused.args, refused.sentence, refused.advice = (told,), told, advice
        return refused


def _held(folder: Path) -> list[str]:
    """Return the model files below a folder, as the Hub would name them."""
    try:
        return [
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.suffix.lower() == ".gguf" and path.is_file()
        ]
    except OSError:
        return []


def _file(entry: Json) -> File | None:
    """Read one entry of the list of files; None where it cannot be one of ours."""
    if not isinstance(entry, dict):
        return None
    path, size, large = entry.get("rfilename"), entry.get("size"), entry.get("lfs")
    sha256 = large.get("sha256") if isinstance(large, dict) else ""
    if not isinstance(path, str) or not _SAFE.fullmatch(path) or not isinstance(size, int):
        return None
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        sha256 = ""
    return File(path, size, sha256)
