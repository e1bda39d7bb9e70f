"""The catalogues of zatsudan: collecting sentences from the source, and compiling.

`python -m tests.generate` brings every `base/languages/*.po` up to what the source
says, and writes the file that is read at the start. `python -m tests.support.catalogue
unsaid [FILE…]` lists the texts that no catalogue sees.
"""

import ast
import io
import re
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import zatsudan
from tests.support.index import declared
from zatsudan.base import languages

ROOT = Path(zatsudan.__file__).parent

#: How sentences are marked in the source, and which arguments hold them.
MARKS: dict[str, tuple[int, ...] | None] = {"say": None, "later": None, "say_count": (1, 2)}

#: What argparse says to a person who typed something wrong, or asked for help.
ARGPARSE = (
    "usage: ",
    "argument %(argument_name)s: %(message)s",
    "unrecognized arguments: %s",
    "ambiguous option: %(option)s could match %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)",
    "expected one argument",
    "expected at most one argument",
    "expected at least one argument",
    "invalid %(type)s value: %(value)r",
    "%(prog)s: error: %(message)s\n",
    "the following arguments are required: %s",
    "one of the arguments %s is required",
    "not allowed with argument %s",
    "ignored explicit argument %r",
)

#: A fixed date, since the files are to be the same wherever they are made.
DATE = datetime(2026, 1, 1, tzinfo=UTC)

MessageId = str | tuple[str, str]


def collected() -> dict[MessageId, list[str]]:
    """Every sentence of the source, with the files in which it stands."""
    found: dict[MessageId, list[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT.parent).as_posix()
        source = io.BytesIO(path.read_bytes())
        for _line, message, _comments, _context in extract("python", source, MARKS):
            found.setdefault(_id(message), []).append(name)
    for _module, command in declared().values():
        for text in (command.help, command.page):
            if text:
                found.setdefault(text, []).append("zatsudan/commands")
    for text in ARGPARSE:
        found.setdefault(text, []).append("argparse")
    found.pop("", None)
    return found


def _id(message: "str | tuple[str | None, ...] | list[str]") -> MessageId:
    if isinstance(message, str):
        return message
    one, many = message[0], message[1]
    assert one is not None
    assert many is not None
    return one, many


def po(language: str) -> Path:
    """The catalogue that people edit."""
    return Path(languages.HERE) / f"{language}.po"


def mo(language: str) -> Path:
    """The catalogue that is read at the start."""
    return Path(languages.HERE) / language / "LC_MESSAGES" / f"{languages.DOMAIN}.mo"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    if not po(language).exists():
        return _catalog(language)
    with po(language).open("rb") as file:
        return read_po(file, locale=language)


def _catalog(language: str) -> Catalog:
    return Catalog(
        locale=language,
        project="zatsudan",
        copyright_holder="",
        header_comment="# What zatsudan says, in another language.",
        creation_date=DATE,
        revision_date=DATE,
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def updated(language: str) -> Catalog:
    """The catalogue with just the sentences of the source, each with the translation it has."""
    known = {message.id: message.string for message in read(language) if message.id}
    catalog = _catalog(language)
    for message, files in collected().items():
        catalog.add(message, known.get(message), locations=[(name, 0) for name in sorted({*files})])
    return catalog


def written(catalog: Catalog) -> bytes:
    """The text of a catalogue, the same wherever it is made."""
    out = io.BytesIO()
    write_po(out, catalog, include_lineno=False, sort_by_file=True, ignore_obsolete=True, width=100)
    return out.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The file that is read at the start."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def fields(text: str) -> set[str]:
    """The names that are filled in, and argparse's."""
    named = {
        name for _, name, _, _ in string.Formatter().parse(text) if name and name.isidentifier()
    }
    return named | set(re.findall(r"%(?:\(\w+\))?[sr]", text))


# Texts that no catalogue sees.

_WORDS = re.compile(r"[A-Za-z][A-Za-z']+,? [a-z]{2,}")

_LETTERS = re.compile("[A-Za-z]{2,}")

#: Calls whose text is shown: there, one word alone is enough.
_SHOWN = re.compile(
    r"^(Line|Table|tell|\w+Error|TooLong|ImportRefused|ConnectionFailed|SessionInUse)$"
)

#: How a line looks: these words stand among what is shown, and are not.
_TONES = ("plain", "dim", "good", "warn", "bold")


def unsaid(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that looks like words for a person and is not marked."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    formatted = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    # Docstrings, also those of fields; what is marked; what no person sees; pieces of a text.
    seen = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for call in calls:
        if _name(call.func) in (*MARKS, "TypeVar", "ValueError"):
            seen.update(id(argument) for argument in call.args)
    for literal in formatted:
        seen.update(id(value) for value in literal.values)
    shown = {
        id(argument) for call in calls if _SHOWN.match(_name(call.func)) for argument in call.args
    }
    for node in nodes:
        text = _text(node) or ""
        letters = _WORDS if id(node) not in shown else _LETTERS
        if id(node) not in seen and text not in _TONES and letters.search(text):
            yield getattr(node, "lineno", 0), text
    for literal in formatted:
        yield from _hidden(literal)


def _text(node: ast.AST) -> str | None:
    """The text of a literal, with `{}` for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(value.value) if isinstance(value, ast.Constant) else "{}" for value in node.values
        )
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _hidden(node: ast.JoinedStr) -> Iterator[tuple[int, str]]:
    """What is marked inside an f-string, where Babel does not look."""
    for inner in ast.walk(node):
        marked = isinstance(inner, ast.Call) and _name(inner.func) in MARKS
        if marked and isinstance(inner, ast.Call) and _text(inner.args[0]) is not None:
            yield node.lineno, ast.unparse(inner)


def _name(node: ast.expr) -> str:
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )


def main(words: list[str]) -> None:
    """Bring the catalogues up to date, or list what they do not see."""
    if words[:1] == ["unsaid"]:
        for path in [Path(word) for word in words[1:]] or sorted(ROOT.rglob("*.py")):
            for line, text in unsaid(path):
                print(f"{path}:{line}: {text!r}")  # noqa: T201 - a tool for people
        return
    for language in languages.LANGUAGES[1:]:
        catalog = updated(language)
        po(language).write_bytes(written(catalog))
        mo(language).parent.mkdir(parents=True, exist_ok=True)
        mo(language).write_bytes(compiled(catalog))
        open_ones = [message.id for message in catalog if message.id and not full(message.string)]
        print(f"{language}: {len(list(catalog))} sentences, {len(open_ones)} without translation")  # noqa: T201


def full(text: "str | tuple[str, ...] | list[str] | None") -> bool:
    """Whether a translation is there, in each of its forms."""
    return bool(text) if isinstance(text, str) or text is None else all(text)


if __name__ == "__main__":
    main(sys.argv[1:])
