"""The man page is what the parsers say. `python -m tests.generate` writes it anew."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import zatsudan
from zatsudan.cli.arguments import parser
from zatsudan.cli.exits import MEANINGS
from zatsudan.cli.parsing import Parser
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of

PAGE = Path(zatsudan.__file__).parent / "zatsudan.1"

DESCRIPTION = """\
zatsudan talks with any server that speaks /v1/chat/completions, and lets one turn its
sampling parameters by hand. Without arguments it is a live chat; with a message, or with
text piped in, it prints the reply and leaves. Replies go to standard output, all else to
standard error. Where no server is named, one on this machine is looked for that is this
user's or the administrator's; else a small embedded model answers. An earlier talk goes to
a server that was only found after a question; where nobody can be asked it does not, and
--base-url has to name the server. A leading / or an @ in a message is asked about in a terminal, and is
text where nobody can be asked, unless --typed says that it counts. What stands behind -- is
text alone, and so is what is piped in.
"""

JSON = """\
The object of --json always has the keys content, reasoning, tool_calls, function_call, sources
(what it is said from, each with url and title), beside
(what stood beside the text, by the server's names: citations, search_results, annotations,
executed_tools, images and more), logprobs, given (how many characters at its start a person
wrote, as with /begin, or an earlier reply), finish_reason (the server's word), ended (finished,
interrupted or failed), model, server, parameters (those that were sent), usage (every count
that the server sent), service_tier (the one that answered), seconds, first_seconds, session (id and path) and
error (sentence, advice, kind, and the HTTP status if there is one). What there is nothing to
say of is null. Where several replies were asked for, variants has them all. With --stream json
a line such as {"index": 0, "delta": {"content": "Hi"}} for each delta comes before it. Where a
delta has the key before, all that came of its reply was a thought ("thought"), or none of it was
("text"): it comes anew.
"""

ENVIRONMENT = {
    "OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL": "a key, the only server it goes to, and its model",
    "ZATSUDAN_BASE_URL, ZATSUDAN_MODEL, ZATSUDAN_PROFILE": "as --base-url, --model and --profile",
    "ZATSUDAN_API_KEY": "the key for the server in use",
    "NO_COLOR": "no colours",
}

FILES = {
    "~/.config/zatsudan/config.toml": "the config file (zatsudan config path, zatsudan config example)",
    "~/.config/zatsudan/presets/": "presets",
    "~/.local/share/zatsudan/sessions/": "sessions, a journal each; index beside them is a cache, which can be deleted",
}


def roff(text: str) -> str:
    """Return a text that troff takes as it stands."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("'", "\\(aq")
    return re.sub(r"(?m)^\.", "\\&.", text)


def entries(rows: dict[str, str]) -> list[str]:
    return [line for name, text in rows.items() for line in (".TP", f".B {roff(name)}", roff(text))]


def arguments(found: Parser) -> dict[str, str]:
    return {row.written: row.help for row in found.arguments}


def page() -> str:
    """Return the man page."""
    talk = parser()
    lines = [
        '.\\" Made by python -m tests.generate',
        '.TH ZATSUDAN 1 "" zatsudan',
        ".SH NAME", "zatsudan \\- chat with a model in the terminal, and tune it by hand",
        ".SH SYNOPSIS", roff("zatsudan [FLAGS] [MESSAGE...]"), ".br",
        roff("zatsudan SUBCOMMAND ..."),
        ".SH DESCRIPTION", roff(DESCRIPTION).rstrip(),
    ]  # fmt: skip
    for title, several in talk.groups:
        lines.append(f".SH {title.upper()}")
        lines += entries({row.written: row.help for row in several})
    lines.append(".SH SUBCOMMANDS")
    for name, entry in SUBCOMMANDS.items():
        lines += [f".SS zatsudan {name} {roff(entry.usage)}", roff(entry.help)]
        rows = arguments(parser_of(name))
        lines += entries(
            {key: text for key, text in rows.items() if "-h" not in key.split()[0][:3]}
        )
    lines += [".SH JSON", roff(JSON).rstrip()]
    lines += [".SH EXIT STATUS", *entries({str(code): text for code, text in MEANINGS.items()})]
    lines += [".SH ENVIRONMENT", *entries(ENVIRONMENT), ".SH FILES", *entries(FILES)]
    lines += [".SH EXAMPLES", ".nf"]
    lines += [roff(use) for use, _ in talk.uses]
    lines += [roff('zatsudan --json "a question" </dev/null | jq -r .content'), ".fi"]
    return "\n".join(lines) + "\n"


def test_the_man_page_is_what_the_parsers_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.generate writes it anew"


def test_it_names_all_flags_and_codes() -> None:
    text = page().replace("\\-", "-")
    for found in (parser(), *map(parser_of, SUBCOMMANDS)):
        for row in found.arguments:
            assert all(flag in text for flag in row.flags)
    assert all(f".B {code}\n" in text for code in MEANINGS)
    assert text.isascii()


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_man_takes_it() -> None:
    done = subprocess.run(
        ["man", "--warnings", "-l", str(PAGE)],
        env={"LANG": "C.UTF-8", "MANWIDTH": "80", "PATH": "/usr/bin:/bin", "MANPAGER": "cat"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert done.stderr == ""
    assert "EXIT STATUS" in done.stdout


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
