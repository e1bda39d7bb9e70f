"""The command line: reads the arguments, has them carried out, and gives the exit code."""

import errno
import io
import os
import sys

from zatsudan import __version__

#: What a disk says that can hold no more of our output.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: list[str] | None = None) -> None:
    """Run the program and end it with an exit code (see exits.py)."""
    _ready_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # known without reading anything else
        sys.stdout.write(f"zatsudan {__version__}\n")
        sys.exit(0)
    from zatsudan.cli import garbage

    garbage.wait()
    from zatsudan.base import languages
    from zatsudan.base.errors import ZatsudanError
    from zatsudan.cli import exits

    languages.speak(languages.choose("auto", os.environ))
    try:
        code = _subcommand(words)
        if code is None:
            from zatsudan.cli.arguments import read

            args = read(words)  # a page of help ends here
            from zatsudan.cli.starting import run

            code = run(args)
        sys.stdout.flush()
    except ZatsudanError as error:
        _complain(error.sentence, error.advice)
        code = exits.code_of(error)
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    except BrokenPipeError:
        _let_go()
        code = exits.READER_GONE
    except Exception as error:  # noqa: BLE001  a fault of ours is told in a sentence as well
        if isinstance(error, OSError) and error.errno in _FULL:
            _let_go()
            from zatsudan.base.files import reason

            _complain(exits.unwritten(reason(error)))
        else:
            from zatsudan.base.errors import fault
            from zatsudan.base.language import say

            told = fault(error, str(error), say("Please report it."))
            _complain(told.sentence, told.advice)
        code = exits.FAILED
    except SystemExit as ended:  # of argparse, which has printed a page or a complaint
        code = ended.code if isinstance(ended.code, int) else exits.USAGE
    finally:
        garbage.collect()
    sys.exit(code)


def _ready_streams() -> None:
    """Make the standard streams such that they are no reason to fail."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed: no file of ours is to get its number
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            if sys.platform == "win32" and mode == "w":  # its code pages lack most characters
                stream.reconfigure(encoding="utf-8")
            stream.reconfigure(errors="replace" if mode == "r" else _errors(stream.encoding))


def _errors(encoding: str) -> str:
    """Return what is done about characters that are not in an encoding: they have plain forms."""
    if encoding.lower().startswith("utf"):
        return "replace"
    from zatsudan.base.encodings import PLAINLY

    return PLAINLY


def _complain(sentence: str, advice: str = "") -> None:
    from zatsudan.base.files import let_go
    from zatsudan.base.printable import printable

    lines = (f"zatsudan: {sentence}", advice)
    try:
        sys.stderr.write("".join(f"{printable(line)}\n" for line in lines if line))
        sys.stderr.flush()
    except OSError:  # whoever read it has gone: the exit code still tells
        let_go(sys.stderr)


def _let_go() -> None:
    from zatsudan.base.files import let_go

    let_go(sys.stdout)


def _subcommand(words: list[str]) -> int | None:
    """Carry out the subcommand that stands first; None if there is none."""
    if not words or words[0].startswith("-"):
        return None  # a talk needs none of them
    from zatsudan.cli.dispatch import carry_out

    return carry_out(words)
