"""A long value from a file: `@FILE` in its place."""

from collections.abc import Sequence

from zatsudan.base import files, texts
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.words import Word


def inserted(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words of a value, or the text of the file that one bare word `@FILE` names.

    A relative path is sought in the working directory. Raises CommandError.
    """
    if len(words) != 1 or words[0].quoted or not words[0].text.startswith("@"):
        return words
    name = words[0].text[1:]
    try:
        read = files.read(files.expanded(name), files.TEXT_BYTES)
        return [Word(texts.decoded(read).strip(), quoted=True)]
    except (OSError, ValueError) as error:
        raise CommandError(
            say(
                "The value cannot be read from {name!r}: {error}.",
                name=one_line(name, 60),
                error=files.reason(error),
            ),
            say("Name a readable text file after the @."),
        ) from error
