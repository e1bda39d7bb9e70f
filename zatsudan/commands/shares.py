"""What was computed of a reply's tokens, in words: shares, sums, and their bounds."""

from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from zatsudan.lab.reshaping import Totals


def sums(now: "Totals", then: "Totals") -> list[tuple[Printable, Printable, Printable]]:
    """Return what sums tell: the label, the number as asked, and the one by other settings."""

    def row(
        label: Printable, said: "Callable[[Totals], Printable]"
    ) -> tuple[Printable, Printable, Printable]:
        return label, said(now), said(then)

    return [
        row(
            say("tokens that stay"),
            lambda each: _between(each.stays, each.size - each.cut, f" / {each.size}"),
        ),
        row(say("chance of this text"), lambda each: _chance(each.logprob)),
        row(say("choices at a place"), lambda each: _choices_of(each.choices)),
    ]


def _between(low: int, high: int, end: str) -> Printable:
    return printable(f"{low}{end}" if low == high else f"{low}–{high}{end}")


def _chance(logprob: tuple[float, float]) -> Printable:
    """Return a chance as a power of ten, or its bounds; the text has none where a token is cut."""
    import math

    low, high = (value / math.log(10) for value in logprob)
    if high == -math.inf:
        return say("none: tokens are cut")
    if low == -math.inf:
        return say("up to {chance}", chance=_power(high))
    least, most = _power(low), _power(high)
    return least if least == most else printable(f"{least} – {most}")


def _power(exponent: float) -> Printable:
    if exponent > -3:
        return printable(f"{100 * 10**exponent:.3g} %")
    return printable(f"10^{exponent:.1f}")


def _choices_of(bounds: tuple[float, float]) -> Printable:
    low, high = (f"{bound:,.2f}" if bound < 100 else f"{bound:,.0f}" for bound in bounds)
    return printable(low if low == high else f"{low}–{high}")


def share(low: float, high: float) -> Printable:
    """Return a share in words: `8 %`, `3–12 %`, `cut`."""
    from zatsudan.wire.tokenview import percent

    if high <= 0:
        return say("cut")
    least, most = percent(low), percent(high)
    if least == most:
        return most
    return printable(f"{least.removesuffix(' %')}–{most}")
