"""Which of the GGUF files of a repository is meant: by its name, or by its quantisation."""

import re
from collections.abc import Callable, Collection, Iterable
from itertools import takewhile

#: What is meant where no quantisation is named, in this order; llama.cpp begins with the same.
PREFERRED = ("Q4_K_M", "Q8_0")

_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)
#: Projectors of pictures and importance matrices are no models.
_NO_MODEL = re.compile("mmproj|imatrix", re.IGNORECASE)


def pick(names: Iterable[str], wanted: str) -> list[str]:
    """Return the file that is meant, as all the parts it is split into; empty if there is none.

    `names` are paths in a repository; `wanted` is one of them, the end of one, or a
    quantisation in any case. Without it: one of `PREFERRED`, else the first of all.
    """
    models = [
        name for name in names if name.lower().endswith(".gguf") and not _NO_MODEL.search(name)
    ]
    models.sort(key=lambda name: (len(name), name))  # a variant's name is longer: UD-Q4_K_M
    known, missing = set(models), set[str]()
    for fits in _ways(wanted):
        for name in models:
            if fits(name) and (parts := _parts(name, known, missing)):
                return parts
    if wanted:
        return []
    return next((parts for name in sorted(models) if (parts := _parts(name, known, missing))), [])


def _ways(wanted: str) -> list[Callable[[str], object]]:
    """Return what a name is tried with, one after the other."""
    if wanted.lower().endswith(".gguf"):
        return [lambda name: name == wanted, lambda name: name.endswith(f"/{wanted}")]
    # As a word of the path: Q4_K is not in Q4_K_M, nor Q4_K_M in IQ4_K_M.
    patterns = [
        rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9_])"
        for one in ([wanted] if wanted else PREFERRED)
    ]
    return [re.compile(pattern, re.IGNORECASE).search for pattern in patterns]


def _parts(name: str, names: Collection[str], missing: set[str]) -> list[str]:
    """Return all parts of a model in their order; empty if one is missing.

    `missing` keeps the first parts of those models, whose other parts need not be tried.
    """
    split = _SPLIT.search(name)
    if split is None:
        return [name]
    stem, count = name[: split.start()], int(split[2])
    if count > len(names):
        return []
    names_of = (f"{stem}-{number:05}-of-{split[2]}{name[-5:]}" for number in range(1, count + 1))
    first = next(names_of, "")
    if first in missing:
        return []
    parts = [first, *takewhile(names.__contains__, names_of)]
    if first in names and len(parts) == count:
        return parts
    missing.add(first)
    return []
