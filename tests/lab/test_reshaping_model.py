"""What is computed from raw log probabilities is what the embedded engine says after its samplers."""

import pytest

from tests.support.engineplaces import PRECISION, SETTINGS, asking, computed, places, true_shares
from zatsudan.servers.choice import Server

pytestmark = pytest.mark.model

#: Alternatives that are told at each place, and places at the end of each text.
TOLD, EACH = 60, 8


async def test_shares_are_those_of_the_engine(model: Server) -> None:
    compared = exact = 0
    async with asking(model) as client:
        async for place in places(client, EACH, TOLD):
            for values in SETTINGS[:12]:
                true = await true_shares(client, place, values, TOLD)
                if not true:  # only the mark of the end is left
                    continue
                options, low, high = computed(place, values)
                for at, option in enumerate(options):
                    if len(true) == TOLD and option.id not in true:
                        continue  # it is less likely now than all that are told
                    share = true.get(option.id or 0, 0.0)
                    assert low[at] - PRECISION <= share <= high[at] + PRECISION, (values, option)
                    compared += 1
                    exact += high[at] - low[at] < PRECISION
    assert compared > 20_000
    # Most is no bound but the number itself.
    assert exact > 0.8 * compared
