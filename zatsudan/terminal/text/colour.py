"""What this terminal can show of a style: how many colours it has, and the SGR codes for them."""

from collections.abc import Mapping

from zatsudan.base.styles import COLOURS, Paint, Styles

_WEIGHTS = {"bold": 1, "dim": 2, "italic": 3, "underline": 4, "reverse": 7, "strike": 9}

#: Terminals that have 24 bits, by how TERM begins: over ssh COLORTERM is lost, and TERM is not.
_TRUE = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm")


def colours(environ: Mapping[str, str]) -> int:
    """Return how many colours the terminal has: 0 under NO_COLOR and where there are none.

    The only place that looks at the environment for this; what prompt_toolkit and rich
    would find for themselves is not asked for.
    """
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("dumb", "unknown", ""):
        return 0
    named = environ.get("COLORTERM", "").lower()
    if named in ("truecolor", "24bit") or "direct" in term or term.startswith(_TRUE):
        return 1 << 24
    return 256 if "256" in term or named else 16


def ground(environ: Mapping[str, str]) -> str:
    """Return `dark` or `light` where COLORFGBG tells the ground, as urxvt, Konsole and mlterm do.

    Its last number is one of the sixteen colours; 7 and those from 9 on are light.
    """
    last = environ.get("COLORFGBG", "").rpartition(";")[2]
    if not last.isdecimal() or int(last) > 15:
        return ""
    return "light" if int(last) == 7 or int(last) > 8 else "dark"


def fitted(styles: Styles, environ: Mapping[str, str]) -> Styles:
    """Return the styles as they can be read on this terminal."""
    return styles._replace(sixteen=ground(environ) if colours(environ) == 16 else None)


def has_colours(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal shows the 256 colours, and the person wants colour."""
    return colours(environ) >= 256


def codes(paint: Paint, depth: int) -> str:
    """Return the parameters of SGR for a style on a terminal of `depth` colours."""
    parts = [str(_WEIGHTS[weight]) for weight in paint.weights]
    if depth:
        parts += [
            _code(colour, depth, base)
            for colour, base in ((paint.colour, 30), (paint.ground, 40))
            if colour
        ]
    return ";".join(parts)


def _code(colour: str, depth: int, base: int) -> str:
    if not colour.startswith("#"):
        number = COLOURS.index(colour)
        return str(base + number if number < 8 else base + 60 + number - 8)
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    if depth > 256:
        return f"{base + 8};2;{red};{green};{blue}"
    if depth == 256:
        # The cube of 6 x 6 x 6 colours behind the first sixteen.
        cube = [
            0 if level < 48 else 1 if level < 115 else (level - 35) // 40
            for level in (red, green, blue)
        ]
        return f"{base + 8};5;{16 + 36 * cube[0] + 6 * cube[1] + cube[2]}"
    top = max(red, green, blue)
    number = sum(1 << bit for bit, level in enumerate((red, green, blue)) if level > top * 0.7)
    return str(base + number) if number != 7 else str(base + 60)
