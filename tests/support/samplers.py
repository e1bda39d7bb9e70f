"""llama.cpp's samplers once more, on a whole vocabulary and by numpy: what `lab` is checked against.

Written from the sources of llama.cpp on their own, and in another way than ours: boolean masks
over an array of logits, in the order of the vocabulary. `apply` returns the shares of all tokens.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, softmax

Array = NDArray[np.float64]


def apply(logits: Array, order: Sequence[str], values: Mapping[str, object]) -> Array:
    """The shares after a chain; of XTC's coin what is to be expected."""
    ways: list[tuple[float, Array]] = [(1.0, logits.astype(np.float64))]
    for step in order:
        if step == "xtc":
            chance = _value(values, "xtc_probability", 0.0)
            ways = [
                way
                for share, each in ways
                for way in ((share * (1 - chance), each), (share * chance, _xtc(each, values)))
            ]
        else:
            ways = [(share, _step(step, each, values)) for share, each in ways]
    whole: Array = np.sum([share * softmax(each) for share, each in ways if share > 0], axis=0)
    return whole


def _value(values: Mapping[str, object], name: str, unset: float) -> float:
    value = values.get(name, unset)
    assert isinstance(value, int | float)
    return float(value)


def _step(step: str, logits: Array, values: Mapping[str, object]) -> Array:
    p = softmax(logits)
    down = np.argsort(-p, kind="stable")
    keep = np.isfinite(logits)
    least = int(_value(values, "min_keep", 0))
    if step == "top_k" and (k := int(_value(values, "top_k", 0))) > 0:
        keep[down[k:]] = False
    elif step == "top_p" and (share := _value(values, "top_p", 1.0)) < 1:
        stop = int(np.searchsorted(np.cumsum(p[down]), share, side="left")) + 1
        keep[down[max(stop, least) :]] = False
    elif step == "min_p" and (share := _value(values, "min_p", 0.0)) > 0:
        few = (p >= share * p.max()) & keep
        few[down[:least]] = True
        keep &= few
    elif step == "typ_p" and (share := _value(values, "typical_p", 1.0)) < 1:
        known = np.flatnonzero(keep)
        far = np.abs(-np.log(p[known]) - entr(p[known]).sum())
        near = known[np.lexsort((-p[known], far))]
        stop = int(np.searchsorted(np.cumsum(p[near]), share, side="right")) + 1
        keep[near[max(stop, least) :]] = False
    elif step == "top_n_sigma" and (n := _value(values, "top_n_sigma", -1.0)) > 0:
        keep &= logits >= logits[keep].max() - n * logits[keep].std()
    elif step == "temperature":
        return _tempered(logits, values)
    return np.where(keep, logits, -np.inf)


def _tempered(logits: Array, values: Mapping[str, object]) -> Array:
    t, reach = _value(values, "temperature", 1.0), _value(values, "dynatemp_range", 0.0)
    if reach > 0 and np.isfinite(logits).sum() > 1:
        doubt = entr(softmax(logits)).sum() / np.log(np.isfinite(logits).sum())
        low = max(0.0, t - reach)
        t = low + (t + reach - low) * doubt ** _value(values, "dynatemp_exponent", 1.0)
    if t <= 0:
        cold = np.full_like(logits, -np.inf)
        cold[int(np.argmax(logits))] = 0.0
        return cold
    return np.asarray(logits / t)


def _xtc(logits: Array, values: Mapping[str, object]) -> Array:
    least = _value(values, "xtc_threshold", 0.1)
    p = softmax(logits)
    likely = np.flatnonzero(p >= least)
    if least > 0.5 or len(likely) < 2:
        return logits
    out = logits.copy()
    out[likely] = -np.inf
    stays = likely[p[likely] == p[likely].min()][-1]
    out[stays] = logits[stays]
    return out
