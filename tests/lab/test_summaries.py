"""What came of each setting: means, and in words whether it writes differently."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from scipy import stats

from zatsudan.lab.numbers import NUMBERS, named
from zatsudan.lab.sheet import Row
from zatsudan.lab.summaries import Summaries, interval_text, methods, summaries, verdicts
from zatsudan.lab.turns import at_once
from zatsudan.sessions.planned import Lab, Plan

SEA = ["the sea is blue and wide", "the sea is grey and wide", "the sea is calm and wide", "the sea is loud and wide"]  # fmt: skip
HILLS = ["mountains rise far away", "mountains rise near us", "mountains rise up high", "mountains rise at dawn"]  # fmt: skip


def found(
    *settings: tuple[str, list[str]],
    prompts: int = 1,
    servers: tuple[str, ...] = (),
    seed: int | None = None,
) -> Summaries:
    """A summary of settings by label, each with its replies; of a pool, by the `servers` of the replies in turn."""
    cells: list[tuple[str, str | None]] = []
    plans: list[Plan] = []
    rows: list[Row] = []
    for setting, (label, texts) in enumerate(settings):
        for run, text in enumerate(texts):
            number = len(rows) + 1
            cells.append((f"{label} · run {run + 1}", str(number + 10)))
            parent = str(run % prompts) if prompts > 1 else ""
            plans.append(Plan(setting, parent=parent, pool=tuple(sorted(set(servers)))))
            row = Row(number, cells[-1][0], text, tokens=number, ended="stop", replied=True)
            if servers:
                server = servers[len(rows)]
                parameters = {} if seed is None else {"seed": seed}
                row = replace(row, server=server, model=f"m-{server}", parameters=parameters)
            rows.append(row)
    return at_once(summaries(rows, Lab("1", tuple(cells), plans=tuple(plans)), NUMBERS, Random(0)))


def test_a_setting_is_called_what_its_runs_have_in_common() -> None:
    told = found(("temperature 0 · top_p 1", SEA), ("temperature 1 · top_p 1", HILLS))
    assert [one.name for one in told.settings] == [
        "temperature 0 · top_p 1",
        "temperature 1 · top_p 1",
    ]
    assert [one.runs for one in told.settings] == [4, 4]
    assert told.base == 0


def test_the_means_are_those_of_numpy() -> None:
    told = found(("a", SEA), ("b", HILLS))
    tokens = told.settings[1].means["tokens"]
    values = np.array([5, 6, 7, 8])
    low, high = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert tokens.value == pytest.approx(6.5)
    assert tokens.low == pytest.approx(low)
    assert tokens.high == pytest.approx(high)
    assert interval_text(named(NUMBERS, "tok"), tokens) == f"6 ±{(high - 6.5):.0f}"
    stopped = told.settings[0].means["stopped"]
    assert interval_text(named(NUMBERS, "stop"), stopped) == "1.00 [0.51 1.00]"
    assert interval_text(named(NUMBERS, "stop"), None) == "·"
    assert methods(told, NUMBERS) == (
        "95 % intervals: Student's t; Wilson's for stop; "
        "the jackknife for like, which is that of the runs of one setting."
    )


def test_a_difference_is_said_and_none_is_said_too() -> None:
    told = found(("as it is now", SEA), ("temperature 2", HILLS), ("temperature 1", SEA[::-1]))
    said = verdicts(told)
    assert said == [
        (
            "Against as it is now, by how like replies are within settings and between them "
            "(permutation test, p by Holm):"
        ),
        "too few to tell with 4 runs, 5 are the least: temperature 2, temperature 1.",
    ]
    said = verdicts(found(("a", SEA), ("b", HILLS)))
    assert said[1] == "b differs (p 0.029)."
    said = verdicts(found(("a", SEA), ("b", SEA[::-1])))
    assert said[1] == "no difference to be seen with 4 runs: b."


def test_what_sets_servers_apart_is_not_taken_for_the_settings_doing() -> None:
    """One server writes of the sea and one of hills, and they made not as many of each setting."""
    a, b = [*SEA, *SEA[:3], HILLS[0]], [SEA[3], *HILLS, *HILLS[1:]]
    servers = (*"xxxxxxxy", *"xyyyyyyy")
    blind = verdicts(found(("a", a), ("b", b)))
    assert blind[1].startswith("b differs")
    told = found(("a", a), ("b", b), servers=servers, seed=1)
    assert verdicts(told)[1] == "no difference to be seen with 8 runs: b."
    assert told.remarks == [
        "Several servers replied (x 8, y 8): settings are compared server by server, s and tok/s are theirs.",
        "The seeds are used across servers: each may give another text for the same seed.",
        "The servers name different models: y m-y, x m-x.",
    ]
    assert found(("a", SEA), ("b", HILLS)).remarks == []
    assert found(("a", SEA), ("b", HILLS), servers=tuple("x" * 8)).remarks == []


def test_the_settings_as_they_are_are_what_others_are_compared_with() -> None:
    told = found(("temperature 1", SEA), ("as it is now", HILLS))
    assert told.base == 1
    assert told.settings[1].p is None
    assert told.settings[0].p == pytest.approx(2 / 70)


def test_single_replies_are_not_compared() -> None:
    told = found(("a", SEA[:1]), ("b", HILLS[:1]))
    assert verdicts(told) == []
    assert not told.repeated
    assert methods(told, NUMBERS) == "One reply each: no intervals."


def test_replies_to_other_messages_are_not_compared_with_each_other() -> None:
    # Each setting answers a question on the sea and one on hills, in the same way.
    mixed = [SEA[0], HILLS[0], SEA[1], HILLS[1], SEA[2], HILLS[2]]
    told = found(("a", mixed), ("b", mixed), prompts=2)
    assert told.settings[1].p == 1.0
    assert "likeness" not in told.settings[0].means
