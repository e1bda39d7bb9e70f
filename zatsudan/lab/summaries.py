"""An experiment by its settings: the mean of every number with its interval, and what differs."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.lab.across import blocks_of, remarks
from zatsudan.lab.intervals import JACKKNIFE, WILSON, Mean, T, mean_of, mean_of_pairs, share_of
from zatsudan.lab.labels import AS_IT_IS, in_common, shown
from zatsudan.lab.metrics import likenesses
from zatsudan.lab.numbers import LIKENESS, Number
from zatsudan.lab.permutation import LEVEL, Compared, Group, compare, corrected, replies_needed
from zatsudan.lab.sheet import Row
from zatsudan.lab.turns import Turns
from zatsudan.sessions.planned import Lab


class Summary(NamedTuple):
    """One setting: its `runs` that have a reply, the mean of each number by its key, and what sets it
    apart from the setting that it is compared with, `p` by all tests that were made.
    """

    label: str
    runs: int
    means: dict[str, Mean]
    axes: tuple[str, ...] = ()
    compared: Compared | None = None
    p: float | None = None

    @property
    def name(self) -> Printable:
        """Its label, as a person reads it."""
        return one_line(shown(self.label), 60)


class Summaries(NamedTuple):
    """All settings in their order; `base` is the number of the one with which the others are compared.

    `remarks` are what to know of the servers, where several replied.
    """

    settings: Sequence[Summary]
    base: int
    remarks: Sequence[Printable] = ()

    @property
    def repeated(self) -> bool:
        """Whether some setting has more replies than one."""
        return any(setting.runs > 1 for setting in self.settings)

    @property
    def crossed(self) -> bool:
        """Whether there are two axes."""
        return all(len(setting.axes) == 2 for setting in self.settings)


def summaries(
    rows: Sequence[Row], lab: Lab, numbers: Sequence[Number], random: Random
) -> Turns[Summaries]:
    """Return what came of each setting. Replies to one message are compared with one another alone."""
    messages = lab.messages()
    cells: dict[int, list[int]] = {}
    for at, of in enumerate(lab.settings):
        cells.setdefault(of, []).append(at)
    settings = sorted(cells)
    labels = {of: in_common([lab.cells[at][0] for at in cells[of]]) for of in settings}
    base = next((of for of in settings if labels[of] == AS_IT_IS), settings[0])
    found: dict[int, Compared] = {}
    for of in settings:
        if of != base:
            groups = yield from _groups(rows, lab, messages, cells[base], cells[of])
            if (one := (yield from compare(groups, random))) is not None:
                found[of] = one
    p = dict(zip(found, corrected([one.p for one in found.values()]), strict=True))
    told: list[Summary] = []
    for of in settings:
        own = [rows[at] for at in cells[of]]
        told.append(
            Summary(
                labels[of],
                sum(row.replied for row in own),
                (yield from _means(own, numbers, [messages[at] for at in cells[of]])),
                lab.plans[cells[of][0]].axes if lab.plans else (),
                found.get(of),
                p.get(of),
            )
        )
    return Summaries(told, settings.index(base), remarks(rows, lab))


def _groups(
    rows: Sequence[Row],
    lab: Lab,
    messages: Sequence[str],
    ours: Sequence[int],
    theirs: Sequence[int],
) -> Turns[list[Group]]:
    groups: list[Group] = []
    for message in dict.fromkeys(messages[at] for at in ours):
        first, second = (
            [at for at in cells if messages[at] == message and rows[at].replied]
            for cells in (ours, theirs)
        )
        if first and second:
            both = [*first, *second]
            like = yield from likenesses([rows[at].text for at in both])
            groups.append(Group(like, len(first), blocks_of(rows, lab, both)))
    return groups


def _means(
    rows: Sequence[Row], numbers: Sequence[Number], messages: Sequence[str]
) -> Turns[dict[str, Mean]]:
    found: dict[str, Mean | None] = {}
    for number in numbers:
        values = [value for row in rows if (value := number.of(row)) is not None]
        found[number.key] = share_of(values) if number.share else mean_of(values)
    # How like the runs of the setting are, and not how like they are to the others.
    found[LIKENESS] = None
    if len(set(messages)) == 1:
        like = yield from likenesses([row.text for row in rows if row.replied])
        found[LIKENESS] = mean_of_pairs(like)
    return {key: mean for key, mean in found.items() if mean is not None}


def verdicts(found: Summaries) -> list[Printable]:
    """Say in words which settings write differently from the one they are compared with."""
    tested = [one for one in found.settings if one.compared is not None and one.p is not None]
    if not tested:
        return []
    base = found.settings[found.base].name
    said = [
        say(
            "Against {base}, by how like replies are within settings and between them "
            "(permutation test, p by Holm):",
            base=base,
        )
    ]
    said += [
        say("{name} differs (p {p:.3f}).", name=one.name, p=one.p)
        for one in tested
        if one.p is not None and one.p <= LEVEL
    ]
    alike: dict[tuple[bool, int], list[Printable]] = {}
    for one in tested:
        if one.compared is not None and one.p is not None and one.p > LEVEL:
            few = one.compared.least * len(tested) > LEVEL
            alike.setdefault((few, one.runs), []).append(one.name)
    for (few, runs), names in alike.items():
        listed = printable(", ".join(names))
        said.append(
            say(
                "too few to tell with {runs} runs, {needed} are the least: {names}.",
                runs=runs, needed=replies_needed(len(tested)), names=listed,
            )
            if few
            else say("no difference to be seen with {runs} runs: {names}.", runs=runs, names=listed)
        )  # fmt: skip
    return said


def methods(found: Summaries, numbers: Sequence[Number]) -> Printable:
    """Say by what methods the intervals are made."""
    used = {
        mean.method
        for one in found.settings
        for number in numbers
        if (mean := one.means.get(number.key)) is not None and mean.known
    }
    told = {
        T: say("Student's t"),
        WILSON: say("Wilson's for stop"),
        JACKKNIFE: say("the jackknife for like, which is that of the runs of one setting"),
    }
    if not used:
        return say("One reply each: no intervals.")
    return say(
        "95 % intervals: {methods}.",
        methods=say("; ").join(told[one] for one in told if one in used),
    )


def interval_text(number: Number, mean: Mean | None) -> Printable:
    """Return a mean and its interval: `31.2 ±4.1`, or `0.88 [0.53 0.98]` where it reaches not as far to both sides."""
    if mean is None:
        return printable("·")
    value = number.text(mean.value)
    if mean.low is None or mean.high is None:
        return value
    if mean.method == T:
        return printable(f"{value} ±{number.text(mean.high - mean.value)}")
    return printable(f"{value} [{number.text(mean.low)} {number.text(mean.high)}]")
