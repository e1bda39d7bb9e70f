"""Makes the recipes of other package managers for a release, and checks that its parts agree.

    python recipes.py check v1.2.3        the tag, the version and the changelog
    python recipes.py write REPOSITORY DIST OUT

Each recipe names the files of the release's own page. Homebrew and Scoop install the wheel by
uv, which brings what it asks for; Nix has its own packages. winget takes installers alone, and
there is none.
"""

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[2]

_FORMULA = Template("""\
class Zatsudan < Formula
  desc "$about"
  homepage "$repository"
  url "$wheel_url", using: :nounzip
  sha256 "$wheel_sha256"
  license "$license"

  depends_on "python@3.13"
  depends_on "uv"

  def install
    ENV["UV_TOOL_DIR"] = libexec
    ENV["UV_TOOL_BIN_DIR"] = bin
    system "uv", "tool", "install", "--python", Formula["python@3.13"].opt_bin/"python3.13",
           buildpath/"$wheel"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/zatsudan --version")
  end
end
""")

_NIX = Template("""\
{ lib, python3Packages, fetchurl }:

python3Packages.buildPythonApplication {
  pname = "zatsudan";
  version = "$version";
  pyproject = true;
  src = fetchurl {
    url = "$sdist_url";
    sha256 = "$sdist_sha256";
  };
  build-system = [ python3Packages.hatchling ];
  dependencies = with python3Packages; [ $packages ];
  # The tests want a model and a terminal.
  doCheck = false;
  pythonImportsCheck = [ "zatsudan" ];
  meta = {
    description = "$about";
    homepage = "$repository";
    license = lib.licenses.mit;
    mainProgram = "zatsudan";
  };
}
""")


def version() -> str:
    """Return the version of the package."""
    text = (ROOT / "zatsudan" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        sys.exit("zatsudan/__init__.py tells no version")
    return found[1]


def check(tag: str) -> None:
    """Exit with a word where the tag, the version and the changelog do not agree."""
    number = version()
    if tag != f"v{number}":
        sys.exit(f"the tag is {tag}, and the package's version {number}")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if re.search(rf"^## {re.escape(number)}\b", changes, re.MULTILINE) is None:
        sys.exit(f"CHANGELOG.md has no heading of {number}")


def recipes(repository: str, dist: Path) -> dict[str, str]:
    """Return the recipes by the names of their files, for the wheel and the source in a folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    number = version()
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    page = f"{repository}/releases/download/v{number}"
    names = [re.split(r"[^\w.-]", row, maxsplit=1)[0] for row in project["dependencies"]]
    values = {
        "about": project["description"].removeprefix("A ").rstrip("."),
        "license": project["license"],
        "packages": " ".join(names),
        "repository": repository,
        "version": number,
        "wheel": wheel.name,
        "wheel_url": f"{page}/{wheel.name}",
        "wheel_sha256": _digest(wheel),
        "sdist_url": f"{page}/{sdist.name}",
        "sdist_sha256": _digest(sdist),
    }
    scoop = {
        "version": number,
        "description": values["about"],
        "homepage": repository,
        "license": values["license"],
        "depends": "main/uv",
        "url": values["wheel_url"],
        "hash": values["wheel_sha256"],
        "installer": {"script": f'uv tool install --force "$dir\\{wheel.name}"'},
        "uninstaller": {"script": "uv tool uninstall zatsudan"},
    }
    return {
        "zatsudan.rb": _FORMULA.substitute(values),
        "zatsudan.json": json.dumps(scoop, indent=4) + "\n",
        "zatsudan.nix": _NIX.substitute(values),
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(words: list[str]) -> None:
    """Carry out what the command line says."""
    match words:
        case ["check", tag]:
            check(tag)
        case ["write", repository, dist, out]:
            folder = Path(out)
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in recipes(repository, Path(dist)).items():
                (folder / name).write_text(text, encoding="utf-8")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
