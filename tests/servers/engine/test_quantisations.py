"""Which of many GGUF files is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.servers.engine.quantisations import pick

NAMES = [
    "m-IQ4_K_M.gguf", "m-UD-Q4_K_M.gguf", "m-Q4_K_M.gguf", "m-Q4_K_S.gguf", "m.q8_0.GGUF",
    "mmproj-m-Q8_0.gguf", "m.imatrix.gguf", "BF16/m-00001-of-00002.gguf",
    "BF16/m-00002-of-00002.gguf", "m-F16-00001-of-00002.gguf", "README.md", "sub/m-Q2_K.gguf",
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "files"),
    [
        ("", ["m-Q4_K_M.gguf"]),
        ("q4_k_m", ["m-Q4_K_M.gguf"]),
        ("UD-Q4_K_M", ["m-UD-Q4_K_M.gguf"]),
        ("IQ4_K_M", ["m-IQ4_K_M.gguf"]),
        ("Q4_K", []),
        ("Q8_0", ["m.q8_0.GGUF"]),
        ("bf16", ["BF16/m-00001-of-00002.gguf", "BF16/m-00002-of-00002.gguf"]),
        ("F16", []),  # a part is missing
        ("m-Q2_K.gguf", ["sub/m-Q2_K.gguf"]),
        ("sub/m-Q2_K.gguf", ["sub/m-Q2_K.gguf"]),
        ("BF16/m-00002-of-00002.gguf", ["BF16/m-00001-of-00002.gguf", "BF16/m-00002-of-00002.gguf"]),
        ("README.md", []),
        (".*", []),
    ],
)  # fmt: skip
def test_a_file_is_meant_by_its_name_or_its_quantisation(wanted: str, files: list[str]) -> None:
    assert pick(NAMES, wanted) == files


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (["b-Q8_0.gguf", "a-Q2_K.gguf"], "b-Q8_0.gguf"),
        (["bb.gguf", "c.gguf", "mmproj-a.gguf"], "bb.gguf"),
    ],
)
def test_without_a_name_it_is_the_usual_one_else_the_first(names: list[str], file: str) -> None:
    assert pick(names, "") == [file]


def test_a_number_of_parts_that_is_a_lie_costs_nothing() -> None:
    assert pick(["m-00001-of-99999.gguf"], "") == []


@given(st.lists(st.sampled_from(NAMES)), st.sampled_from(["", "Q8_0", "bf16", "x.gguf"]))
def test_what_is_picked_is_among_the_names(names: list[str], wanted: str) -> None:
    assert set(pick(names, wanted)) <= set(names)
