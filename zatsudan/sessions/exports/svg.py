"""Figures as SVG that stands in a page: colours are the page's own, so they are light or dark as it is."""

from html import escape

from zatsudan.base.printable import one_line
from zatsudan.sessions.figures import Bar, Chart, Heat

#: Pixels of a row, of a letter at this size, of the label and of the scale at least.
ROW, LETTER, SCALE = 26, 7.6, 320
PAD = 10
#: How much colour a part of the range has on a map, from the lowest to the highest: text on each is to be read.
SHADES = (0.0, 0.15, 0.35, 0.8, 1.0)
#: From which shade on the text has the page's colour.
HIGH = 3

STYLE = """
figure { margin: 1.5rem 0; overflow-x: auto; } figcaption { font-weight: 600; }
svg { font: 13px system-ui, sans-serif; fill: var(--text); max-width: none; }
svg .axis { stroke: var(--line); } svg .interval { stroke: var(--link); stroke-width: 2; }
svg .mean { fill: var(--link); } svg .end { fill: var(--dim); font-size: 11px; }
svg .cell { fill: var(--link); stroke: var(--page); } svg .high { fill: var(--page); }
"""


def figure(shown: Chart | Heat) -> str:
    """Return a figure with its caption, for a page."""
    drawn = _chart(shown) if isinstance(shown, Chart) else _heat(shown)
    return f"<figure><figcaption>{_text(shown.title)}</figcaption>\n{drawn}</figure>"


def _text(text: str) -> str:
    return escape(one_line(text))


def _wide(texts: list[str]) -> float:
    """Return the pixels of the longest text; what is not ASCII may be twice as wide."""
    return (
        max((sum(1 if char < "\u1100" else 2 for char in text) for text in texts), default=0)
        * LETTER
    )


def _open(title: str, width: float, height: float) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_text(title)}" {size}>\n'
    )


def _chart(chart: Chart) -> str:
    left = _wide([bar.label for bar in chart.bars]) + PAD
    told = _wide([bar.text for bar in chart.bars]) + 2 * PAD
    width, height = left + SCALE + told + PAD, ROW * len(chart.bars) + 24
    parts = [_open(chart.title, width, height)]
    for at, bar in enumerate(chart.bars):
        parts += _bar(chart, bar, left, at * ROW + ROW / 2)
    bottom = ROW * len(chart.bars) + 4
    parts.append(
        f'<line class="axis" x1="{left:.1f}" y1="{bottom}" x2="{left + SCALE:.1f}" y2="{bottom}"/>'
    )
    for place, anchor, value in zip((0, SCALE), ("start", "end"), chart.span, strict=True):
        parts.append(
            f'<text class="end" text-anchor="{anchor}" x="{left + place:.1f}" y="{bottom + 15}">{value:.3g}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def _bar(chart: Chart, bar: Bar, left: float, middle: float) -> list[str]:
    base = f'y="{middle + 4:.1f}"'
    parts = [f'<text text-anchor="end" x="{left - PAD:.1f}" {base}>{_text(bar.label)}</text>']
    if bar.low is not None and bar.high is not None:
        low, high = (left + SCALE * chart.place(end) for end in (bar.low, bar.high))
        parts.append(
            f'<line class="interval" x1="{low:.1f}" y1="{middle:.1f}" x2="{high:.1f}" y2="{middle:.1f}"/>'
        )
        parts += [
            f'<line class="interval" x1="{end:.1f}" y1="{middle - 5:.1f}" x2="{end:.1f}" y2="{middle + 5:.1f}"/>'
            for end in (low, high)
        ]
    if bar.value is not None:
        at = left + SCALE * chart.place(bar.value)
        parts.append(f'<circle class="mean" cx="{at:.1f}" cy="{middle:.1f}" r="4"/>')
    parts.append(f'<text x="{left + SCALE + 2 * PAD:.1f}" {base}>{_text(bar.text)}</text>')
    return parts


def _heat(heat: Heat) -> str:
    left = _wide(list(heat.down)) + PAD
    texts = [text for row in heat.rows for _, text in row]
    column = max(_wide(list(heat.across)), _wide(texts)) + 2 * PAD
    parts = [_open(heat.title, left + column * len(heat.across), ROW * (len(heat.down) + 1))]
    for at, name in enumerate(heat.across):
        middle = left + column * (at + 0.5)
        parts.append(f'<text text-anchor="middle" x="{middle:.1f}" y="18">{_text(name)}</text>')
    for down, (name, row) in enumerate(zip(heat.down, heat.rows, strict=True)):
        top = ROW * (down + 1)
        parts.append(
            f'<text text-anchor="end" x="{left - PAD:.1f}" y="{top + 18}">{_text(name)}</text>'
        )
        for at, (value, text) in enumerate(row):
            shade, x = heat.shade(value, len(SHADES)), left + column * at
            if shade is not None:
                parts.append(
                    f'<rect class="cell" x="{x:.1f}" y="{top}" width="{column:.1f}" height="{ROW}" '
                    f'fill-opacity="{SHADES[shade]}"/>'
                )
            high = ' class="high"' if shade is not None and shade >= HIGH else ""
            parts.append(
                f'<text{high} text-anchor="middle" x="{x + column / 2:.1f}" y="{top + 18}">{_text(text)}</text>'
            )
    return "\n".join([*parts, "</svg>"])
