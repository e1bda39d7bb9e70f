"""Names on the wire."""

from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.wirenames import own_names, wire_name
from zatsudan.wire.refusals import RENAME, Repair

SEED = (Repair(RENAME, "seed", "random_seed"),)


def test_a_name_of_the_server_comes_back_as_ours() -> None:
    assert own_names({"random_seed": 7, "top_p": 1}, SEED, BY_NAME) == {"seed": 7, "top_p": 1}


def test_a_name_that_was_learned_is_sent() -> None:
    assert wire_name("max_tokens", (Repair(RENAME, "max_tokens", "limit"),)) == "limit"
    assert wire_name("top_p", SEED) == "top_p"
