"""Tags around reasoning: parted from the text however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zatsudan.wire.protocol import Delta
from zatsudan.wire.reply import Reply
from zatsudan.wire.thinking import ThinkSplitter, parted
from zatsudan.wire.thoughttags import FORMS


def split(*pieces: str, expected: bool = False) -> tuple[str, str]:
    """Return content and reasoning as a reply keeps them."""
    splitter, reply = ThinkSplitter(expected=expected), Reply()
    for content, reasoning, before in [*map(splitter.feed, pieces), splitter.close()]:
        reply.add(Delta(0, content, reasoning, before=before))
    return reply.content, reply.reasoning


HARMONY = (
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes"
    "<|return|>"
)
SOLVED = (
    "<|begin_of_thought|>\n\nhm\n\n<|end_of_thought|>\n\n"
    "<|begin_of_solution|>\n\nYes\n\n<|end_of_solution|>\n"
)


@pytest.mark.parametrize(
    ("text", "content", "reasoning"),
    [
        ("<think>hm</think>\n\nYes", "Yes", "hm"),
        ("\n <think>hm\nhm</think>Yes", "Yes", "hm\nhm"),
        ("<thinking>hm</thinking>Yes", "Yes", "hm"),
        ("<think>never closed", "", "never closed"),
        ("Say <think> aloud", "Say <think> aloud", ""),
        ("<thin ice>", "<thin ice>", ""),
        ("<th", "<th", ""),
        ("", "", ""),
        (" \n", " \n", ""),
        ("<think></think>", "", ""),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
        ("<think>a < b </th </think>c", "c", "a < b </th "),
        # HenriGrimm/Minnow 957: it thinks again.
        ("<think>a</think>b.<think>c</think>\n\nd", "b.\n\nd", "a\n\nc"),
        ("<think>a</think>b\n\n<think>\nc\n</think>\n\nd", "b\n\nd", "a\n\n\nc\n"),
        ("a.\n</think>\nb:\n<think>c</think>d\n<think>e", "b:\nd\n", "a.\n\n\nc\n\ne"),
        ("<think>a</think><think>b</think>c", "c", "a\n\nb"),
        ("[THINK]a[/THINK]b\n[THINK]c[/THINK]d", "b\nd", "a\n\nc"),
        ("<think>a</think>b\n[THINK]c[/THINK]", "b\n[THINK]c[/THINK]", "a"),
        ("<think>a</think>Write <think> first.", "Write <think> first.", "a"),
        ("<think>a</think>b\n```\n<think>\n```", "b\n```\n<think>\n```", "a"),
        ("<think>a</think>It is `b.<think>`", "It is `b.<think>`", "a"),
        ("b.\n<think>c</think>d", "b.\n<think>c</think>d", ""),
        # Of other models.
        ("<reasoning>\nhm\n</reasoning>\nYes", "Yes", "\nhm\n"),
        ("<seed:think>hm</seed:think>Yes", "Yes", "hm"),
        ("<longcat_think>hm</longcat_think>Yes", "Yes", "hm"),
        ("◁think▷hm◁/think▷Yes", "Yes", "hm"),
        ("[THINK]hm[/THINK]Yes", "Yes", "hm"),
        ("<|begin_of_thought|>hm<|end_of_thought|>Yes", "Yes", "hm"),
        (SOLVED, "Yes\n\n", "\n\nhm\n\n"),
        (
            "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>Yes<|END_RESPONSE|>",
            "Yes",
            "hm",
        ),
        ("<|channel>thought\nhm\n<channel|>Yes", "Yes", "hm\n"),
        ("<unused94>thought\nhm<unused95>Yes", "Yes", "hm"),
        ("<|inner_prefix|>hm<|inner_suffix|>Yes", "Yes", "hm"),
        (HARMONY, "Yes", "hm"),
        (f"<|start|>assistant{HARMONY}", "Yes", "hm"),
        (HARMONY.replace("final", "final json"), "Yes", "hm"),
        ("<|channel|>final<|message|>Yes<|return|>", "Yes", ""),
        ("analysisHm.assistantfinalYes", "Yes", "analysisHm."),
        ("Let's answer.assistantfinalYes", "Yes", "Let's answer."),
        ("It is assistantfinal, they say", "It is assistantfinal, they say", ""),
        ("```\nx.assistantfinalYes\n```", "```\nx.assistantfinalYes\n```", ""),
        ("analysis of it: none", "analysis of it: none", ""),
        ("analysisHm, it never ends", "analysisHm, it never ends", ""),
        ("Yes<|return|>", "Yes<|return|>", ""),
        # danny-avila/LibreChat 13405: in capitals.
        ("<Think>hm</Think>Yes", "Yes", "hm"),
        # sgl-project/sglang 7678 (Hunyuan), lmstudio-ai/lmstudio-bug-tracker 993 (ERNIE): the answer in tags.
        ("<think>\nhm\n</think>\n<answer>\nYes\n</answer>", "Yes", "\nhm\n"),
        ("<think>hm</think>\n\n<response>\nYes\n</response>\n", "Yes", "hm"),
        ("hm.</think><answer>Yes</answer>", "Yes", "hm."),
        ("<think>hm</think>Yes\n</answer>", "Yes\n</answer>", "hm"),
        # langgenius/dify-official-plugins 1525, Blaizzy/mlx-vlm 2170: GLM's box.
        ("<|begin_of_box|>Yes<|end_of_box|>", "Yes", ""),
        ("\n<|begin_of_box|>\nYes<|end_of_box|>\n", "Yes", ""),
        ("<think>hm</think><|begin_of_box|>Yes<|end_of_box|>", "Yes", "hm"),
        ("<|begin_of it", "<|begin_of it", ""),
        ("Yes<|end_of_box|>", "Yes<|end_of_box|>", ""),
        # The end alone.
        ("Hm.\nHm.\n</think>\n\nYes", "Yes", "Hm.\nHm.\n"),
        ("Provide the answer briefly.</think>391", "391", "Provide the answer briefly."),
        ("うん。</think>\n\nはい", "はい", "うん。"),
        ("Hm.[/THINK]Yes", "Yes", "Hm."),
        ("Hm.\n◁/think▷Yes", "Yes", "Hm.\n"),
        ("hm\n<channel|>Yes", "Yes", "hm\n"),
        ("</think>\n\nYes", "Yes", ""),
        ("```\nx = 1\n```\nHm.\n</think>\n\nYes", "Yes", "```\nx = 1\n```\nHm.\n"),
        ("a < b [see] it.\n</think>\nYes", "Yes", "a < b [see] it.\n"),
        # It is spoken of, or it ends nothing.
        ("It ends with </think> as a tag.", "It ends with </think> as a tag.", ""),
        ('It ends with "</think>".', 'It ends with "</think>".', ""),
        ("It ends with `</think>`.", "It ends with `</think>`.", ""),
        ("タグは「</think>」です。", "タグは「</think>」です。", ""),
        ("`<think>`\nand\n</think>\nare", "`<think>`\nand\n</think>\nare", ""),
        ("So:\n<think>\nhm\n</think>\nYes", "So:\n<think>\nhm\n</think>\nYes", ""),
        ("```xml\nhm\n</think>\n```\nso", "```xml\nhm\n</think>\n```\nso", ""),
        ("~~~\n</think>\nx", "~~~\n</think>\nx", ""),
        ("Yes.\n</think>", "Yes.\n</think>", ""),
        ("Yes.\n</think>\n\n", "Yes.\n</think>\n\n", ""),
    ],
)
def test_what_is_thought_and_what_is_said(text: str, content: str, reasoning: str) -> None:
    assert split(text) == (content, reasoning)
    assert split(*text) == (content, reasoning)
    assert parted(text) == (content, reasoning)


@pytest.mark.parametrize(
    ("text", "content", "reasoning"),
    [
        ("Hm.\n</think>\n\nYes", "Yes", "Hm.\n"),
        ("Hm, where </think> Yes", " Yes", "Hm, where "),
        ("<think>hm</think>Yes", "Yes", "hm"),
        ("</think>\n\nYes", "Yes", ""),
        ("Hm.</thought>Yes", "Yes", "Hm."),
        ("The answer itself.", "The answer itself.", ""),
        ("a < b", "a < b", ""),
        (" \n", " \n", ""),
        ("", "", ""),
    ],
)
def test_a_thought_that_is_expected(text: str, content: str, reasoning: str) -> None:
    assert split(text, expected=True) == (content, reasoning)
    assert split(*text, expected=True) == (content, reasoning)


def test_a_thought_that_is_expected_is_shown_as_one() -> None:
    splitter = ThinkSplitter(expected=True)  # and what was none comes anew
    assert splitter.feed("Hm") == ("", "Hm", "")
    assert splitter.feed(". a <") == ("", ". a ", "")
    assert splitter.close() == ("Hm. a <", "", "text")
    assert splitter.feed("More.") == ("More.", "", "")


_words = st.lists(
    st.sampled_from(
        [
            *(tag for form in FORMS for tag in (*form.opens, *form.closes, *form.ends)),
            *("analysis", "assistantfinal"),
            *("é", "É ", ".", "\n", "\n\n", "`", "```\n", "<", "<|", "[", '"', "A"),
        ]
    ),
    max_size=8,
).map("".join)


@given(st.text("<think/>ab \n", max_size=40) | _words, st.lists(st.integers(0, 80)), st.booleans())
@example("a</think><think>b", [], False)
def test_the_cut_does_not_matter(text: str, cuts: list[int], expected: bool) -> None:
    places = sorted({0, *(cut for cut in cuts if cut <= len(text)), len(text)})
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert split(*pieces, expected=expected) == split(text, expected=expected)


@given(st.text(max_size=60).filter(lambda text: not set("<[◁") & set(text)), st.booleans())
def test_a_reply_without_tags_is_left_alone(text: str, expected: bool) -> None:
    assert split(*text, expected=expected) == (text, "")


@given(_words, st.booleans())
def test_nothing_but_tags_is_lost(text: str, expected: bool) -> None:
    content, reasoning = split(text, expected=expected)
    assert [char for char in reasoning + content if char in "éÉ"] == [
        char for char in text if char in "éÉ"
    ]
