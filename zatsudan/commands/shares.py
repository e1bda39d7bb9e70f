"""What was computed of a reply's tokens, in words: shares, sums, and their bounds."""

from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.parameters.chain import is_neutral
from zatsudan.parameters.table import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from zatsudan.lab.reshaping import Chain, Totals
    from zatsudan.lab.weighing import Weighing

#: Penalties that divide logits, which no server tells, instead of taking from them.
DIVIDING = ("repeat_penalty", "repetition_penalty")
#: Bounds that lie closer together are told as one share.
TOLD = 0.01


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


def dividing(*chains: "Chain") -> str:
    """Return the penalty that divides logits, which leaves the tokens that were used before open; empty for none."""
    return next(
        (
            name
            for chain in chains
            for name in DIVIDING
            if chain.values.get(name) is not None
            and not is_neutral(BY_NAME[name], chain.values[name])
        ),
        "",
    )


def why_divided(name: str) -> Printable:
    """Say why such a penalty leaves bounds, and what gives shares in their place."""
    return say(
        "{name} divides the logits themselves, which no server tells: tokens used before have bounds only. They have shares where the reply was made with {name} 1.",
        name=name,
    )


def why_open(weighing: "Weighing", at: int) -> Printable:
    """Say in a few words which penalty leaves bounds at a place; nothing where none does."""
    name, chain = dividing(weighing.chain), weighing.chain
    if not name or weighing.at(at).then.width < TOLD:
        return EMPTY
    if not weighing.narrows(at, chain._replace(values={**chain.values, name: 1})):
        return EMPTY
    return say("bounds by {name}: 1 narrows them", name=name)
