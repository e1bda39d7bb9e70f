"""The README agrees with the code. `python -m tests.generate` writes its table anew."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import cards
from tests.support.emulator import sitting
from tests.support.floors import FLOORS
from tests.support.oneshot import run
from tests.support.scores import WARM, scored
from tests.support.server import Request, Script, serve, whole
from zatsudan.base import language, languages
from zatsudan.base.language import say
from zatsudan.base.quantities import in_bytes
from zatsudan.cli.arguments import parser
from zatsudan.cli.exits import MEANINGS
from zatsudan.cli.scripts import SCRIPTS
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of
from zatsudan.commands import COMMANDS
from zatsudan.config.presetfiles import Presets
from zatsudan.config.settings import SUGGESTED, Config, Profile
from zatsudan.parameters.table import BY_NAME

ROOT = Path(__file__).parent.parent
README, JAPANESE = ROOT / "README.md", ROOT / "README.ja.md"
BEGIN, END = "<!-- commands -->\n", "<!-- end of commands -->\n"
HEADS = {README: "| command | what it does |", JAPANESE: "| コマンド | 働き |"}
#: In the blocks of slash commands the words about one begin here.
WORDS = 33

both = pytest.mark.parametrize("path", [README, JAPANESE], ids=lambda path: path.name)


def table(path: Path) -> str:
    """Return the table of commands; a parameter's own command is not among them."""
    spoken = language.speak(language.English())
    languages.speak("ja" if path == JAPANESE else "en")
    try:
        return "\n".join([HEADS[path], "|---|---|", *_rows()]) + "\n"
    finally:
        language.speak(spoken)


def _rows() -> list[str]:
    lines: list[str] = []
    groups: dict[str, list[str]] = {}
    for entry in COMMANDS.values():
        if entry.name not in BY_NAME or entry.everyday:
            usage = f"/{entry.name} {entry.usage}".rstrip().replace("|", "\\|")
            groups.setdefault(entry.group, []).append(f"| `{usage}` | {say(entry.help)} |")
    for group, rows in groups.items():
        lines += [f"| **{say(group)}** | |", *rows]
    return lines


def written(path: Path) -> str:
    """Return the table that stands in a README."""
    text = path.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def prose(path: Path) -> str:
    """Return what people have written: all but the table."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    return before + rest.partition(END)[2]


def fences(text: str) -> list[tuple[str, list[str]]]:
    """Return the blocks of code: the language, and the lines."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(language, block.splitlines()) for language, block in found]


def chat_lines(path: Path) -> list[str]:
    """Return the slash commands of the blocks, without the words about them."""
    blocks = [lines for _, lines in fences(prose(path)) if lines[0].startswith("/")]
    return [line[:WORDS].rstrip() for lines in blocks for line in lines]


def shell_lines(path: Path) -> list[str]:
    """Return the lines for the shell."""
    return [
        line for language, lines in fences(prose(path)) if language == "console" for line in lines
    ]


@both
def test_the_table_of_commands_is_that_of_the_code(path: Path) -> None:
    assert written(path) == table(path), "python -m tests.generate writes it anew"


@both
def test_it_opens_with_the_three_commands(path: Path) -> None:
    opening = [
        "uvx zatsudan",
        "pip install uv && uv run zatsudan",
        "pip install uv && uv run pytest",
    ]
    assert shell_lines(path)[:3] == opening


@pytest.mark.parametrize("name", ["README.md", "README.ja.md", "config.example.toml"])
def test_the_model_that_is_offered_is_told_with_its_size_and_licence(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    (told,) = re.findall(rf"{re.escape(SUGGESTED.name)}.*", text)
    assert in_bytes(SUGGESTED.size) in told
    assert SUGGESTED.licence in told


@both
def test_they_work_too_where_pip_is_refused(path: Path) -> None:
    """PEP 668: a Python that its distribution manages takes packages for the user alone.

    `python3 -m uv`, since pip's folder of programs is not always on PATH.
    """
    other = "pip install --user --break-system-packages uv && python3 -m uv run zatsudan"
    text = prose(path)
    assert f"`{other}`" in text
    assert "`python3 -m uv run pytest`" in text
    assert text.index(other) > text.index("pip install uv && uv run zatsudan")
    # The check takes the first line of this kind.
    assert re.findall(r"uv run pytest.*", text)[0] == "uv run pytest"


#: A Python that its distribution manages, with pip and what pip installs.
MANAGED = """#!/bin/sh
echo "$@" >>"$LOG"
case "$*" in
    "-m pip install --quiet uv") echo error: externally-managed-environment >&2; exit 1 ;;
    "-m pip install "*) touch "$LOG.uv" ;;
    "-m uv "*) test -e "$LOG.uv" ;;
esac
"""


@pytest.mark.posix  # a shell of POSIX
def test_the_check_works_where_pip_is_refused(tmp_path: Path) -> None:
    programs, log = tmp_path / "a folder", tmp_path / "log"
    programs.mkdir()
    for name in ("bash", "sh", "dirname", "grep", "touch"):
        (programs / name).symlink_to(shutil.which(name) or "")
    (programs / "python3").write_text(MANAGED)
    (programs / "python3").chmod(0o755)
    environ = {"PATH": str(programs), "LOG": str(log)}

    done = subprocess.run(
        [str(programs / "bash"), ROOT / ".ci" / "run"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    calls = log.read_text().splitlines()
    assert calls[1] == "-m pip install --quiet --user --break-system-packages uv"
    assert calls[-1] == "-m uv run pytest"


def shape(path: Path) -> list[str]:
    """Return what the two languages have in common: headings, lists, commands, pictures, tables."""
    found: list[str] = []
    inside = False
    for line in prose(path).splitlines():
        if line.startswith("```"):
            inside = not inside
        if inside:
            found.append(line if line.startswith("zatsudan") else line[:WORDS].rstrip())
        elif mark := re.match(r"#+ |- |!\[.*(?=\()|```|\| ?-", line):
            found.append(mark[0][:2] + line[mark.end() :] * line.startswith("!"))
        elif line.startswith("|"):
            found += re.findall(r"`[^`]+`", line)
    return found


def test_both_languages_have_the_same_sections_and_commands() -> None:
    assert shape(JAPANESE) == shape(README)
    assert len(re.findall(r"^- ", prose(README), re.MULTILINE)) == 10
    assert "](README.ja.md)" in prose(README)
    assert "](README.md)" in prose(JAPANESE)


@both
def test_what_it_names_is_there(path: Path) -> None:
    text = prose(path)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert (ROOT / target).is_file()
    blocks = [line for _, lines in fences(text) for line in lines]
    spans = re.findall(r"`([^`\n]+)`", text)
    for tool in [span for span in spans if span.startswith("uv run python -m ")]:
        assert (ROOT / f"{tool.split()[4].replace('.', '/')}.py").is_file()
        spans.remove(tool)  # its flags are its own
    for tool in [span for span in spans if span.startswith("pip install --")]:
        spans.remove(tool)
    code = "\n".join([*spans, *blocks])
    commands = re.findall(r"(?<![\w/:.…])/([a-z_]+!?)(?![\w/])", code)
    assert len(commands) > 30
    assert set(commands) <= COMMANDS.keys()
    pages = (parser(), *map(parser_of, SUBCOMMANDS))
    known = "\n".join(page.format_help() for page in pages)
    for flag in re.findall(r"(?<!\S)--?[a-z][a-z-]*", code):
        assert re.search(rf"(?<!\S){flag}(?![\w-])", known), flag


@both
def test_the_map_names_every_room_in_the_order_of_the_floors(path: Path) -> None:
    (built,) = (lines for _, lines in fences(prose(path)) if lines[0].startswith("cli/"))
    assert [line[:WORDS].rstrip() for line in built] == [f"{room}/" for room in reversed(FLOORS)]
    assert all(line[WORDS:].strip() for line in built)


def answer(request: Request) -> Script:
    """Answer as a server does that has probabilities and a tokenizer."""
    if request.path == "/tokenize":
        return whole({"tokens": [7]})
    if request.path == "/detokenize":
        return whole({"content": " sorry"})
    if request.body.get("stream"):
        return scored(WARM, 20)
    message = {"role": "assistant", "content": "The sea"}
    return whole({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})


async def test_every_line_for_the_chat_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[object] = []
    servers = Config(profiles={name: Profile(base_url="http://gpu") for name in ("gpu-1", "gpu-2")})
    async with sitting(answer, columns=100, rows=50, config=servers) as person:
        monkeypatch.setattr(person.terminal._surface, "error", errors.append)
        person.chat.presets = Presets(tmp_path / "presets")
        cards.written(tmp_path, name="seraphina.png")
        (tmp_path / "tools.json").write_text('[{"type": "function", "function": {"name": "f"}}]')
        monkeypatch.chdir(tmp_path)
        await person.say("One line about the sea, in ```code```.")
        for line in chat_lines(README):
            if line.startswith("/compare"):
                await person.say("One line about the sea.")  # a character has begun a new session
            if line == "/inspect":
                await person.say("/retry")  # logprobs are on by now
                person.type("/inspect\r")
                await person.until("token 1 of")
                person.type("q")
                await person.at_rest()
            else:
                await person.say(line)
                if line == "/edit":
                    await person.say(" Again.")
            assert not errors, line


async def test_every_line_for_the_shell_works(clean_environment: Path) -> None:
    home = clean_environment
    (home / "notes.txt").write_text("Salt, storm, stars.")
    (home / "conversations.json").write_text('[{"role": "user", "content": "Hi"}]')
    (home / "Modelfile").write_text("FROM m\nPARAMETER temperature 0.5\n")
    async with serve(answer) as server:
        environ = {"OPENAI_API_KEY": "test-key", "OPENAI_BASE_URL": server.base_url}
        for line in shell_lines(README)[3:]:
            before, _, after = line.rpartition(" | ")
            stdin = (home / before.removeprefix("cat ")).read_bytes() if before else b""
            program, *arguments = shlex.split(after)
            assert program == "zatsudan"

            if arguments == ["--resume"]:  # a list to choose from: it needs a screen
                assert parser().parse_args(arguments).resume == ""
                continue
            code, out, err = await run(arguments, home, environ, stdin)
            assert code == 0, (line, err)
            assert out or (home / arguments[-1]).is_file(), line


def test_it_tells_what_scripts_and_shells_need() -> None:
    text = README.read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"\n| {code} | {meaning} |\n" in text
    for script in SCRIPTS.values():
        (head,) = (line for line in script.splitlines() if line.startswith("# In"))
        switch = head.partition(": ")[2]
        assert switch.replace("|", "\\|") in text


if __name__ == "__main__":
    for file in (README, JAPANESE):
        text = file.read_text(encoding="utf-8")
        before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
        file.write_text(before + table(file) + after, encoding="utf-8")
