"""What a release is made of agrees: the version, the changelog, the metadata, the recipes."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from zatsudan import __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def recipes() -> ModuleType:
    path = ROOT / ".github" / "release" / "recipes.py"
    spec = importlib.util.spec_from_file_location("recipes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_tag_must_be_the_version_that_the_changelog_tells_of(
    recipes: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zatsudan").mkdir()
    (tmp_path / "zatsudan" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    changes = tmp_path / "CHANGELOG.md"
    changes.write_text("# Changelog\n\n## 1.2.3 (2026-12-01)\n")
    monkeypatch.setattr(recipes, "ROOT", tmp_path)

    recipes.check("v1.2.3")
    with pytest.raises(SystemExit, match=r"the tag is v1\.2\.4"):
        recipes.check("v1.2.4")
    changes.write_text("# Changelog\n\n## Unreleased\n\n## 1.2.30\n")
    with pytest.raises(SystemExit, match="no heading"):
        recipes.check("v1.2.3")


def test_the_changelog_begins_with_this_version_or_with_what_comes_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"(?m)^## (\S+)", text)
    assert heads[0] in ("Unreleased", __version__)
    assert len(heads) == 1 or heads[1] == __version__ or heads[0] == __version__


def test_each_recipe_names_the_files_of_the_release(recipes: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "zatsudan-9-py3-none-any.whl"
    source = tmp_path / "zatsudan-9.tar.gz"
    wheel.write_bytes(b"wheel")
    source.write_bytes(b"source")

    made = recipes.recipes("https://host.example/them/zatsudan", tmp_path)

    page = f"https://host.example/them/zatsudan/releases/download/v{__version__}"
    scoop = json.loads(made["zatsudan.json"])
    assert scoop["url"] == f"{page}/{wheel.name}"
    assert re.fullmatch("[0-9a-f]{64}", scoop["hash"])
    assert f'url "{page}/{wheel.name}"' in made["zatsudan.rb"]
    assert f'sha256 "{scoop["hash"]}"' in made["zatsudan.rb"]
    assert f"{page}/{source.name}" in made["zatsudan.nix"]
    for row in PROJECT["dependencies"]:
        assert f" {re.split(r'[^a-z-]', row)[0]} " in made["zatsudan.nix"]
    assert not any("$" in text.replace("$dir", "") for text in made.values())


def test_the_wheel_is_whole(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        (about,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        head = wheel.read(about).decode().split("\n\n")[0]
    folder = ROOT / "zatsudan"
    for path in folder.rglob("*.py"):
        assert path.relative_to(ROOT).as_posix() in names
    for name in ("py.typed", "config.example.toml", "commands/index.tsv"):
        assert f"zatsudan/{name}" in names
    assert any(name.endswith("share/man/man1/zatsudan.1") for name in names)
    assert any(name.endswith(".mo") for name in names)
    assert f"Version: {__version__}" in head
    assert "License-Expression: MIT" in head
    assert "Project-URL: Homepage" in head
    assert not any("tests/" in name for name in names)
