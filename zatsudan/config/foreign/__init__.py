"""Presets from elsewhere: one row for each format; told from the content, never from the name.

Begin with `ROWS`. A format is a recogniser, a reader and perhaps a writer, in the module of its
program; what its fields are to us stands there in one table of rules (`fieldrules`).
"""

import errno
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import files, texts
from zatsudan.base.errors import CommandError, ImportRefused
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import in_bytes
from zatsudan.config.foreign import (
    generationconfig,
    koboldcpp,
    lmstudio,
    ollamafile,
    sillytavernchat,
    sillytaverntext,
    textgen,
)
from zatsudan.config.foreign.content import Content
from zatsudan.config.foreign.presetfields import Reading, refused
from zatsudan.config.presetfiles import Preset

#: A file of more bytes is refused; a save of KoboldAI Lite may hold a story with pictures.
LARGEST = 20_000_000


class PresetFormat(NamedTuple):
    """One row. `ending` is its files' own; `help` a constant that is said where it is shown.

    `lacking` tells which parameters the format has no field for.
    """

    name: str
    ending: str
    help: str
    fits: Callable[[Content], bool]
    read: Callable[[Content], Reading]
    write: Callable[[Preset], str] | None = None
    lacking: Callable[[Preset], list[str]] = lambda _: []


#: In the order in which they are looked for and offered.
ROWS = (
    PresetFormat(
        "modelfile",
        "modelfile",
        later("Ollama's Modelfile"),
        ollamafile.fits,
        ollamafile.read,
        ollamafile.write,
        ollamafile.lacking,
    ),
    PresetFormat("lmstudio", "json", later("LM Studio's preset"), lmstudio.fits, lmstudio.read),
    PresetFormat(
        "sillytavern-text",
        "json",
        later("SillyTavern's preset of text completion"),
        sillytaverntext.fits,
        sillytaverntext.read,
        sillytaverntext.write,
        sillytaverntext.lacking,
    ),
    PresetFormat(
        "sillytavern-chat",
        "json",
        later("SillyTavern's preset of chat completion"),
        sillytavernchat.fits,
        sillytavernchat.read,
        sillytavernchat.write,
        sillytavernchat.lacking,
    ),
    PresetFormat(
        "koboldcpp",
        "json",
        later("settings of KoboldCpp, or a save of KoboldAI Lite"),
        koboldcpp.fits,
        koboldcpp.read,
    ),
    PresetFormat(
        "generation_config",
        "json",
        later("generation_config.json, what a model's makers advise"),
        generationconfig.fits,
        generationconfig.read,
    ),
    PresetFormat(
        "textgen",
        "yaml",
        later("TextGen's preset"),
        textgen.fits,
        textgen.read,
        textgen.write,
        textgen.lacking,
    ),
)

#: Those that can be written, by name.
WRITERS = {row.name: row for row in ROWS if row.write is not None}


class Imported(NamedTuple):
    """A preset that was read: its format, the preset, and what became of its fields."""

    format: PresetFormat
    preset: Preset
    reading: Reading


def read(text: str, name: str) -> Imported:
    """Read a preset of any format; `name` is the file's, for what is said. Raises ImportRefused."""
    content = Content(text)
    if len(text) > files.TEXT_BYTES and not content.is_json:
        raise refused(say("{name} is too large for a preset.", name=name))
    row = next((row for row in ROWS if row.fits(content)), None)
    if row is None:
        raise refused(say("{name} is no preset of a kind that is known.", name=name))
    reading = row.read(content)
    if not (reading.parameters or reading.system or reading.messages):
        raise refused(
            say(
                "{name} is {kind}, and holds nothing that a preset could take.",
                name=name,
                kind=say(row.help),
            )
        )
    preset = Preset(reading.parameters, None, reading.system, tuple(reading.messages))
    return Imported(row, preset, reading)


def read_file(path: Path) -> Imported:
    """Read a preset from a file; raises ImportRefused."""
    name = one_line(path.name, 60)
    try:
        data = files.read(path, LARGEST)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            sentence = say("{name} is larger than {size}.", name=name, size=in_bytes(LARGEST))
            raise refused(sentence) from error
        raise ImportRefused(
            say("{name} cannot be read ({reason}).", name=name, reason=files.reason(error)),
            say("Is the path right?"),
        ) from error
    try:
        # Windows' editors have saved presets in their old encoding too.
        return read(texts.decoded(data, ("cp1252",)), name)
    except UnicodeDecodeError:
        raise refused(say("{name} is no text.", name=name)) from None


def find(name: str) -> PresetFormat:
    """Return the format of that name that can be written; raises CommandError."""
    if name not in WRITERS:
        raise CommandError(
            say("There is no format {name!r}.", name=one_line(name, 40)),
            say("Formats: {names}.", names=", ".join(WRITERS)),
        )
    return WRITERS[name]


def write(preset: Preset, row: PresetFormat) -> str:
    """Return a preset in a format that can be written; raises CommandError."""
    if row.write is None:
        raise CommandError(say("There is no format {name!r}.", name=row.name))
    return row.write(preset)


def own_name(path: Path) -> str:
    """Return what a preset from a file is called here: the file's name, as far as it may stand."""
    stem = path.name.removesuffix(".json").removesuffix(".preset")
    stem = path.stem if stem == path.name else stem
    return re.sub(r"[^\w.-]+", "-", stem).strip("-._")[:60] or "imported"
