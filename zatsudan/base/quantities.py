"""Quantities as a person would write them: how long, how large."""

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable


def describe_seconds(seconds: float) -> Printable:
    """Write a duration as a person would: `0.31 s`, `42 s`, `3 min`, `2 h`; at most 30 days."""
    if seconds < 10:
        exact = f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"
        return say("{seconds} s", seconds=exact)
    if seconds < 120:
        return say("{seconds} s", seconds=f"{seconds:.0f}")
    if seconds < 7200:
        return say("{minutes:.0f} min", minutes=seconds / 60)
    if not seconds < 30 * 86_400:  # a header may say anything
        return say("more than 30 days")
    return say("{hours:.0f} h", hours=seconds / 3600)


def in_bytes(size: int) -> Printable:
    """Write a size as a person would: `98 MB`."""
    if size < 1000:
        return printable(f"{size} B")
    power = min((len(str(size)) - 1) // 3, 4)
    amount = size / 1000**power
    return printable(f"{amount:.{0 if amount >= 10 else 1}f} {' kMGT'[power]}B")


def on_a_clock(seconds: int) -> str:
    """Write a time that is left: `0:16`, `2:46:39`."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
