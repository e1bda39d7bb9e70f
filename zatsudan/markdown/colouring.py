"""The colours of code: which language its fence names, and what may be given to a lexer of Pygments.

Some lexers take time beyond any bound on what is no code.
"""

# Longer lines have no colour: some expressions take quadratic or cubic time
# (C: 0.5 s for 2000 blanks, 0.04 s for 500).
_LONGEST_LINE = 500

# Nor have lines with more pairs of backslashes: to many lexers a pair in a string may be one
# escape or two characters, and of a string that does not end they try both for each pair.
_PAIRS = 8

#: Lexers with expressions that take time beyond any bound for other reasons, found by
#: `python -m tests.benchmarks.lexers`: their code has no colours.
ENDLESS = frozenset(
    {
        "EasytrieveLexer",
        "MapleLexer",
        "MCSchemaLexer",
        "RacketLexer",
        "RitaLexer",
        "SchemeLexer",
        "SystemdLexer",
        "Tads3Lexer",
    }
)


def language(info: str) -> str:
    """The language a fence's info string names: its first word, without decoration."""
    words = info.strip().split(None, 1)
    return words[0].strip("{}.").split("{")[0].split(",")[0].lower() if words else ""


def has_bounds(line: str) -> bool:
    """Tell whether a lexer gets through a line of code in the time that it may take."""
    return len(line) <= _LONGEST_LINE and line.count("\\\\") <= _PAIRS
