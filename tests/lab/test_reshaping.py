"""What other settings would have given each token: exact where all is known, true bounds elsewhere."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import samplers
from zatsudan.base.jsonvalues import Json
from zatsudan.lab.reshaping import Chain, read, shares_at
from zatsudan.servers import athome
from zatsudan.wire.tokenview import Option, Token

LLAMA = athome.LLAMA_CPP.order
VLLM = athome.VLLM.order
SIZE = 24


def place(shares: Sequence[float], told: int, chosen: int = 0) -> Token:
    """A place of a vocabulary with these shares, of which the server tells the likeliest."""
    options = tuple(Option(f"w{at}".encode(), p, id=at) for at, p in enumerate(shares))
    return Token(options[chosen].data, options[chosen].p, options[:told], id=chosen)


def one(
    shares: Sequence[float], values: Mapping[str, Json], order: Sequence[str] = LLAMA, told: int = 0
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The bounds of a place's shares after a chain."""
    reading = read((place(shares, told or len(shares)),), (), vocabulary=len(shares))
    found = shares_at(reading, 0, Chain(tuple(order), values))
    return found.low, found.high


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"temperature": 1}, (0.5, 0.25, 0.25)),
        ({"temperature": 0.5}, (4 / 6, 1 / 6, 1 / 6)),
        ({"temperature": 0}, (1, 0, 0)),
        ({"temperature": -1}, (1, 0, 0)),
        ({"top_k": 2}, (2 / 3, 1 / 3, 0)),
        ({"top_p": 0.6}, (2 / 3, 1 / 3, 0)),
        ({"top_p": 0.0}, (1, 0, 0)),
        ({"top_p": 0.4, "min_keep": 2}, (2 / 3, 1 / 3, 0)),
        ({"min_p": 0.6}, (1, 0, 0)),
        ({"min_p": 0.6, "min_keep": 2}, (2 / 3, 1 / 3, 0)),
        ({"xtc_probability": 1, "xtc_threshold": 0.3}, (0.5, 0.25, 0.25)),
        ({"xtc_probability": 1, "xtc_threshold": 0.2}, (0, 0, 1)),
        ({"xtc_probability": 0.5, "xtc_threshold": 0.2}, (0.25, 0.125, 0.625)),
        # top_p looks at the shares of what top_k leaves.
        ({"top_k": 2, "top_p": 0.66}, (1, 0, 0)),
    ],
)
def test_samplers_do_as_written(values: Mapping[str, Json], expected: tuple[float, ...]) -> None:
    low, high = one((0.5, 0.25, 0.25), values)
    assert low == high == pytest.approx(expected)


#: No two alike: of two that are just as likely nobody knows which a server takes for the likelier.
SHARES = st.lists(st.integers(-9000, 0), min_size=SIZE, max_size=SIZE, unique=True).map(
    lambda logits: [logit / 1000 for logit in logits]
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.sampled_from([0, 0.3, 0.8, 1, 1.4, 3]),
        "dynatemp_range": st.sampled_from([0, 0.5]),
        "dynatemp_exponent": st.sampled_from([0.7, 2]),
        "top_k": st.integers(0, SIZE),
        "top_p": st.floats(0.01, 1),
        "min_p": st.floats(0, 1),
        "typical_p": st.floats(0.05, 1),
        "top_n_sigma": st.sampled_from([-1, 0.5, 1, 2]),
        "xtc_probability": st.sampled_from([0, 0.5, 1]),
        "xtc_threshold": st.sampled_from([0.02, 0.1, 0.6]),
        "min_keep": st.sampled_from([0, 3]),
    },
)


def distribution(logits: Sequence[float]) -> list[float]:
    """Shares, the likeliest first."""
    whole = math.fsum(map(math.exp, logits))
    return sorted((math.exp(logit) / whole for logit in logits), reverse=True)


@given(SHARES, VALUES, st.sampled_from([LLAMA, VLLM]))
def test_all_tokens_known_gives_what_numpy_gives(
    logits: list[float], values: dict[str, Json], order: tuple[str, ...]
) -> None:
    if values.get("min_keep") and values.get("xtc_probability"):
        values = {**values, "min_keep": 0}
    shares = distribution(logits)
    low, high = one(shares, values, order)
    assert low == high
    np.testing.assert_allclose(low, samplers.apply(np.log(shares), order, values), atol=1e-9)


@given(
    SHARES, VALUES, st.sampled_from([LLAMA, VLLM]), st.integers(1, SIZE), st.integers(0, SIZE - 1)
)
def test_truth_lies_between_the_bounds_where_tokens_are_not_told(
    logits: list[float],
    values: dict[str, Json],
    order: tuple[str, ...],
    told: int,
    chosen: int,
) -> None:
    if values.get("min_keep") and values.get("xtc_probability"):
        values = {**values, "min_keep": 0}
    shares = distribution(logits)
    truth = samplers.apply(np.log(shares), order, values)
    reading = read((place(shares, told, chosen),), (), vocabulary=SIZE)
    found = shares_at(reading, 0, Chain(order, values))
    ids = [option.id for option in reading.places[0].options]
    for at, number in enumerate(ids):
        assert number is not None
        assert found.low[at] - 1e-9 <= truth[number] <= found.high[at] + 1e-9
        if found.high[at] == 0:
            assert found.cut[at]
    others = sum(share for number, share in enumerate(truth) if number not in ids)
    assert found.rest[0] - 1e-9 <= others <= found.rest[1] + 1e-9
    entropy = -sum(share * math.log(share) for share in truth if share > 0)
    assert found.entropy[0] - 1e-6 <= entropy <= found.entropy[1] + 1e-6
    if told == SIZE:
        assert found.low == found.high
