"""Everything that is said is said in each language: none is missing, none is stale."""

import gettext
from pathlib import Path

import pytest

from tests.support import catalogue
from zatsudan.base import language, languages
from zatsudan.base.language import say, say_count

#: Texts that are not for a person at the screen, by file: how they begin (all, if empty).
SILENT: dict[str, tuple[str, ...]] = {
    "base/styles.py": ("",),  # styles, and notes on the parts that have one
    "cli/arguments.py": ("cat f", "zatsudan -c"),  # commands as they are typed
    "cli/scripts.py": ("# In", "#compdef"),  # scripts
    "cli/starting.py": ("--stream json",),
    "talk/answering.py": ("Error: the call",),  # read by the model
    "commands/desktop.py": ("get the clipboard",),  # AppleScript
    # statements of SQL, and what a name of a database starts one with
    "sessions/imports/database.py": (
        "SELECT ",
        "PRAGMA ",
        "CASE WHEN ",
        " WHERE ",
        " ORDER BY ",
        "CREATE VIRTUAL",
    ),
    "sessions/imports/foreigntrees.py": ("<details type=",),  # what Open WebUI writes
    "commands/results.py": ("{} · /diff A B", "/lab export FILE"),  # commands to type
    "lab/ownmetrics.py": ("\nimport json",),  # a program for Python
    "sessions/exports/svg.py": ("",),  # SVG and CSS
    "commands/connecting/reconnect.py": ("Say hi.",),  # sent to the model
    "sessions/characters/framing.py": ("Write {char}", "[Example"),  # read by the model
    "commands/drafting.py": ("Leave your own part", "It is to say"),  # a prompt
    "sessions/exports/transcript.py": ("by hand",),  # a heading, which is read again
    "lab/verdicts.py": (
        "You compare two replies",
        "Which reply serves",
        "The question",
        "Think as",
    ),  # a prompt
    "commands/naming.py": ("Give this conversation a title",),  # a prompt
    "commands/outcomes.py": ("Callable[",),
    "commands/probes.py": ("(?P<same>", "/repro {}"),  # kept; a command
    "commands/repeating.py": ("{} of {} replies",),  # kept
    "commands/registry.py": ("Callable[",),
    "commands/chains.py": ("tuple[Reading",),
    "commands/servers.py": ("forget all", "/learned forget"),
    "commands/tracing.py": ("{}/use {}",),
    "config/foreign/ollamafile.py": ("PARAMETER stop",),  # a line of a Modelfile
    "config/toml.py": ("at line", "Invalid value"),  # the parser's
    "lab/queries.py": ("Count from",),  # sent to the model
    "lab/trials.py": (
        *("Continue with", "Repeat: ha", "Write the letters", "yes or no"),
    ),  # sent to the model
    "servers/advice.py": ("FROM model",),  # a line of a Modelfile
    "servers/bodies.py": ("gzip, deflate",),  # a header
    "servers/engine/embedded.py": ("the child has no pipes",),  # cannot happen
    "servers/prefill.py": ("Your reply was cut off.", "Write the alphabet"),  # to a model
    "sessions/exports/experiment.py": (
        "\nbody",
        "<",
        " class=",
        "# {}",
        "## {}",
    ),  # CSS, HTML, Markdown
    "sessions/index.py": ("",),  # asks a database
    "sessions/atonce.py": ("",),
    "sessions/holding.py": ("",),
    "sessions/indexing.py": ("",),
    "sessions/looked.py": ("",),
    "sessions/exports/page.py": ("\n:root", "<"),
    "sessions/exports/replyhtml.py": ("<", "noopener"),
    "sessions/exports/notation.py": ("the server's",),  # a comment of a program
    # write programs
    **dict.fromkeys(
        (
            "sessions/exports/cfamily.py",
            "sessions/exports/compiled.py",
            "sessions/exports/managed.py",
            "sessions/exports/scripted.py",
            "sessions/exports/source.py",
            "sessions/exports/swift.py",
        ),
        ("",),
    ),
    "talk/thought.py": ("You have thought enough",),  # sent to the model
    "talk/thinkingform.py": ("How much is",),  # sent to the model
    "sessions/characters/beside.py": ("\nimport json",),  # a program
    "talk/running.py": ("\n… {} bytes",),  # output, which is sent too
    "terminal/live/prompt.py": ("fg:", "noinherit"),
    "terminal/live/secondprocess.py": ("import sys; ",),  # a program
    "terminal/pages/deskview.py": ("reverse bold", "underline bold"),
    "terminal/pages/inspector.py": ("reverse",),
    "terminal/text/tokenrows.py": ("bg:",),
    "terminal/carrying.py": ("dim", "good"),  # tones of lines
    "terminal/repl.py": ("dim",),
    "wire/errorbodies.py": ("provider returned error",),  # a gateway's
    "wire/thoughttags.py": ("<|channel|>",),  # a model's marks
    "wire/wording.py": ("",),  # how servers say it
}

OTHERS = languages.LANGUAGES[1:]


def test_a_language_is_a_catalogue() -> None:
    found = {path.stem for path in Path(languages.HERE).glob("*.po")}

    assert [*languages.LANGUAGES] == ["en", *sorted(found)]
    assert "ja" in found


def files() -> list[str]:
    return sorted(
        path.relative_to(catalogue.ROOT).as_posix() for path in catalogue.ROOT.rglob("*.py")
    )


@pytest.mark.parametrize("name", files())
def test_no_text_for_a_person_is_left_out_of_the_catalogue(name: str) -> None:
    found = [
        f"{line}: {text!r}"
        for line, text in catalogue.unsaid(catalogue.ROOT / name)
        if not text.startswith(SILENT.get(name, ()))
    ]

    assert found == []


def test_what_is_silent_is_there() -> None:
    assert SILENT.keys() <= set(files())


@pytest.mark.parametrize("name", OTHERS)
def test_the_catalogue_holds_what_the_source_says_and_nothing_else(name: str) -> None:
    known = {message.id for message in catalogue.read(name) if message.id}

    assert known == set(catalogue.collected()), "python -m tests.generate brings it up to date"


@pytest.mark.parametrize("name", OTHERS)
def test_every_sentence_has_a_translation(name: str) -> None:
    missing = [
        message.id
        for message in catalogue.read(name)
        if message.id and not catalogue.full(message.string)
    ]

    assert missing == []


@pytest.mark.parametrize("name", OTHERS)
def test_each_translation_fills_in_what_the_sentence_does(name: str) -> None:
    for message in catalogue.read(name):
        if not message.id or not catalogue.full(message.string):
            continue
        wanted = catalogue.fields(message.id if isinstance(message.id, str) else message.id[1])
        forms = (message.string,) if isinstance(message.string, str) else message.string or ()
        for form in forms:
            assert catalogue.fields(form) == wanted, message.id


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_read_at_the_start_is_what_people_edit(name: str) -> None:
    with catalogue.mo(name).open("rb") as file:
        words = gettext.GNUTranslations(file)

    for message in catalogue.read(name):
        if message.id and catalogue.full(message.string):
            assert message.string is not None
            if isinstance(message.id, str):
                assert words.gettext(message.id) == message.string
            else:
                assert words.ngettext(message.id[0], message.id[1], 2) == message.string[0]


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "xx_XX.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:ja:en"}, "ja"),
        ({"LANG": "C", "LANGUAGE": "ja"}, "en"),
    ],
)
def test_the_locale_chooses(environ: dict[str, str], spoken: str) -> None:
    assert languages.choose("auto", environ) == spoken
    assert languages.choose("en", environ) == "en"
    assert languages.choose("ja", environ) == "ja"


def test_values_are_filled_in_by_name_and_are_no_templates() -> None:
    assert say("There is no file {name}.", name="{x} %s") == "There is no file {x} %s."
    assert say("a {brace} stays where nothing is filled in") == (
        "a {brace} stays where nothing is filled in"
    )
    assert say("") == ""
    assert say_count("{n} turn", "{n} turns", 1) == "1 turn"
    assert say_count("{n} turn", "{n} turns", 0) == "0 turns"


def test_a_catalogue_takes_the_place_of_english() -> None:
    class Other:
        def gettext(self, message: str, /) -> str:
            return f"<{message}>"

        def ngettext(self, one: str, many: str, n: int, /) -> str:
            return f"<{many}>"

    language.speak(Other())

    assert say("no {name}", name=1) == "<no 1>"
    assert say("") == ""
    assert say_count("{n} turn", "{n} turns", 1) == "<1 turns>"


def test_unmarked_words_are_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""A docstring of words."""\n'
        'Line("alone")\n'
        'x = f"there are {n} of them"\n'
        'y = say("said well enough")\n'
        'z = later("said at a later time")\n'
        'w = "not/words"\n'
        'Line(say("alone"))\n'
        "f\"{say(x)} {say('hidden')}\"\n"
    )

    assert sorted(catalogue.unsaid(path)) == [
        (2, "alone"),
        (3, "there are {} of them"),
        (8, "say('hidden')"),
    ]
