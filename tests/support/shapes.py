"""Replies of any length in one shape each, for what must not grow with length."""

from collections.abc import Callable

_PROSE = (
    "A reply of **many** words with `code` in it, some *emphasis*, and now and then "
    "[a link](https://example.org/path) or a number like 3.14 that means nothing much. "
)
_JAPANESE = "日本語の文章は、単語の間に空白がないので、どこでも折り返せます。"
_CODE = '''def area(radius: float) -> float:
    """The area of a circle."""
    if radius < 0:
        raise ValueError(f"negative: {radius!r}")  # never happens
    return 3.14159 * radius**2

'''
_MIXED = f"""## A heading

{_PROSE}{_PROSE}

- one **item** of a list with some words to wrap when the line gets long enough
- another one
  - and one inside

{_JAPANESE * 3}

```python
{_CODE}```

> {_PROSE}

| name | value |
|------|------:|
| `a`  | 1     |
| `b`  | 2     |

"""


def _repeat(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def _fence(size: int) -> str:
    return "```python\n" + _repeat(_CODE, size)


def _table(size: int) -> str:
    return "| name | what | value |\n|---|---|--:|\n" + _repeat(
        "| `alpha` | some **words** about it | 1.25 |\n", size
    )


SHAPES: dict[str, Callable[[int], str]] = {
    "mixed": lambda size: _repeat(_MIXED, size),
    "fence": _fence,
    "list": lambda size: _repeat(f"- {_PROSE}\n- short\n", size),
    "one item": lambda size: "- top\n" + _repeat(f"  - {_PROSE}\n    1. deeper\n", size),
    "table": _table,
    "quote": lambda size: _repeat(f"> {_PROSE}\n>\n> - {_PROSE}\n> - {_JAPANESE}\n>\n", size),
    "paragraph": lambda size: _repeat(_PROSE, size),
    "japanese": lambda size: _repeat(_JAPANESE, size),
    "open mark": lambda size: "**" + _repeat("words that never end ", size),
    "fence in item": lambda size: (
        "1. so:\n   ```python\n"
        + _repeat("".join(f"   {line}\n" for line in _CODE.splitlines()), size)
    ),
}
"""By name: a text of about so many characters. The last line may be cut anywhere."""
