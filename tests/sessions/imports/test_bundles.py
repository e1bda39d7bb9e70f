"""Zips and folders of exports: what is in them is read, within bounds, and nothing is believed of them."""

import io
import json
import random
import zipfile
from pathlib import Path

import pytest

from zatsudan.base.errors import ImportRefused
from zatsudan.sessions import imports
from zatsudan.sessions.imports import bundles

TALK = json.dumps([{"role": "user", "content": "Hi"}]).encode()


def _zip(path: Path, **held: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


def test_files_named_after_talks_come_before_all_others(tmp_path: Path) -> None:
    named = _zip(tmp_path / "a.zip", **{"x/chat.json": TALK, "other.json": TALK, "chat.html": b"x"})
    other = _zip(tmp_path / "b.zip", **{"one.json": TALK, "two.JSONL": TALK, "three.png": b"x"})

    assert len(imports.drafts_of(named)) == 1
    assert len(imports.drafts_of(other)) == 2


@pytest.mark.parametrize("cut", [4, 30, 100])
def test_half_a_zip_is_refused_in_words(tmp_path: Path, cut: int) -> None:
    data = _zip(tmp_path / "a.zip", **{"chat.json": TALK}).read_bytes()
    (tmp_path / "half.zip").write_bytes(data[:cut])

    with pytest.raises(ImportRefused, match="cannot be read"):
        imports.drafts_of(tmp_path / "half.zip")


def test_a_damaged_zip_does_no_harm(tmp_path: Path) -> None:
    data = _zip(tmp_path / "a.zip", **{"chat.json": TALK * 50}).read_bytes()
    dice = random.Random(7)
    refused = ""
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(3):
            damaged[dice.randrange(4, len(damaged))] = dice.randrange(256)
        try:
            [*bundles.of_zip(io.BytesIO(damaged), "a.zip")]
        except ImportRefused as error:
            refused = error.advice
    assert refused


def test_what_a_zip_unpacks_to_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST", 1_000_000)
    monkeypatch.setattr(bundles, "IN_ALL", 1_500_000)
    big = _zip(tmp_path / "big.zip", **{"chat.json": b" " * 1_000_001})
    many = _zip(tmp_path / "many.zip", **{f"chat-{n}.json": b" " * 800_000 for n in range(2)})

    assert big.stat().st_size < 10_000
    for path in (big, many):
        with pytest.raises(ImportRefused, match="is larger than"):
            [*bundles.of_zip(io.BytesIO(path.read_bytes()), path.name)]


def test_a_bundle_without_json_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", _zip(tmp_path / "a.zip", **{"x.png": b"x"})):
        with pytest.raises(ImportRefused, match="holds no JSON"):
            imports.drafts_of(path)


def test_no_link_and_no_folder_leads_out_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "chats.json").mkdir(parents=True)
    (folder / "chat.json").write_bytes(TALK)

    assert len(imports.drafts_of(folder)) == 1
