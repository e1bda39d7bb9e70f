"""Rows: which tokens are chosen, by their probability."""

from zatsudan.base.language import later
from zatsudan.parameters.row import Parameter, Recipe, Remark
from zatsudan.parameters.values import bias, integer, number

CHOOSING: tuple[Parameter, ...] = (
    Parameter(
        "temperature", number(0, 2), later("How freely tokens are chosen."),
        later("Low (0 to 0.3) for facts and code, higher (0.8 to 1.2) for ideas and prose; above 1.5 it falls apart."),
        "sampling", neutral=1, probe=Recipe("temperature", told=0.7, usual=True), keyword=True, everyday=True,
    ),
    Parameter(
        "top_p", number(0, 1), later("Keep the likeliest tokens up to this share."),
        later("0.9 cuts the unlikely tail; change this or temperature, not both."), "sampling",
        neutral=1, probe=Recipe("narrowing", 0.0001, told=0.6, usual=True), keyword=True,
        clashes=(Remark("temperature", later("temperature and top_p are both set: better change one of them only.")),),
    ),
    Parameter(
        "seed", integer(-1, values=("random", "1", "42")), later("Fix the dice, to repeat a reply."),
        later("The same seed, settings and server often give the same reply; no server promises it."), "sampling",
        neutral=-1, probe=Recipe("seed", told=4711, usual=True), keyword=True,
    ),
    Parameter(
        "logit_bias", bias, later("Favour or forbid single tokens."),
        later("-100 forbids, +100 forces, -1 to 1 nudges."), "sampling",
        neutral={}, probe=Recipe("bias", usual=True), keyword=True,
    ),
    Parameter(
        "top_k", integer(-1, values=("1", "20", "40", "100")), later("Choose among this many likeliest tokens."), "", "local",
        neutral=0, probe=Recipe("narrowing", 1, told=7, usual=True),
    ),
    Parameter(
        "min_p", number(0, 1), later("Drop tokens less likely than this share of the likeliest."), "", "local",
        neutral=0, probe=Recipe("narrowing", 1.0, told=0.15, usual=True),
    ),
    Parameter(
        "typical_p", number(0, 1), later("Prefer tokens of typical surprise."), "", "local",
        neutral=1, probe=Recipe(told=0.8),
    ),
)  # fmt: skip
