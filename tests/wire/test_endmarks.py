"""Marks by which models end a reply, left in its text by a server."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.wire.endmarks import MARKS, EndMark
from zatsudan.wire.reader import Reader
from zatsudan.wire.reply import Reply


def read(*texts: str, finish: str | None = "stop", done: bool = True) -> tuple[str, str]:
    """Return the text of a streamed reply, and the mark that ended it."""
    reader, reply, mark = Reader(), Reply(), ""
    deltas: list[object] = [{"delta": {"content": text}} for text in texts]
    if finish is not None:
        deltas.append({"delta": {}, "finish_reason": finish})
    lines = [f"data: {json.dumps({'choices': [delta]})}\n\n" for delta in deltas]
    body = "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()
    for chunk in [*reader.feed(body), *reader.close()]:
        mark = chunk.stopped or mark
        for delta in chunk.deltas:
            reply.add(delta)
    return reply.content, mark


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_at_the_very_end_is_no_text(mark: str) -> None:
    assert read(f"Yes.{mark}") == ("Yes.", mark)
    assert read("Yes.", *mark) == ("Yes.", mark)
    assert read(f"Yes.\n{mark}\n", f"{mark} ") == ("Yes.\n", mark)
    assert read(f'"Yes" (she said){mark}') == ('"Yes" (she said)', mark)
    assert read(f"```\nx = 1\n```{mark}") == ("```\nx = 1\n```", mark)


@pytest.mark.parametrize(
    ("text", "content", "mark"),
    [  # ggml-org/llama.cpp 6859, 6872, 6903; marella/ctransformers 124
        ("Yes<|im_end|>", "Yes", "<|im_end|>"),
        ("Yes</s>", "Yes", "</s>"),
        ("Yes!\n<|eot_id|><|endoftext|>\n", "Yes!\n", "<|eot_id|>"),
        ("<think>hm</think>Yes<｜end▁of▁sentence｜>", "Yes", "<｜end▁of▁sentence｜>"),
        ("<think>hm</think>\nYes<|user|>", "Yes", "<|user|>"),
    ],
)
def test_marks_of_strangers(text: str, content: str, mark: str) -> None:
    assert read(text) == (content, mark)
    assert read(*text) == (content, mark)


@pytest.mark.parametrize(
    "text",
    [
        "a <b</s",
        "It ends with <|im_end|>",
        "It ends with `<|im_end|>",
        "It ends with `<|im_end|>`",
        'It is called "<|im_end|>',
        "It is（<|im_end|>",
        "The mark is:\n\n<|im_end|>",
        "```\n<|im_start|>user\nHi<|im_end|>",
        "First <|im_end|>, last.<|im_end|>",
        "<s>old</s>",
        "Yes.<|im_end|> And more",
        "Yes.<|im_start|>",
        "Yes.<|im_end|",
        "a <",
        "<|im_end|>",
        "",
    ],
)
def test_one_that_is_spoken_of_stays(text: str) -> None:
    assert read(text) == (text, "")
    assert read(*text) == (text, "")


def test_a_reply_that_was_cut_was_not_ended_by_one() -> None:
    text = "Yes.<|im_end|>"
    assert read(text, finish="length") == (text, "")
    assert read(text, finish=None, done=False) == (text, "")
    assert read(text, finish=None) == ("Yes.", "<|im_end|>")
    assert read(text, done=False) == ("Yes.", "<|im_end|>")


def test_behind_a_thought_and_in_a_reply_of_one_piece() -> None:
    assert read("<think>hm</think>Yes.", "</s>") == ("Yes.", "</s>")
    assert read("hm</think>Yes.", "</s>") == ("Yes.", "</s>")
    assert read("<think>hm</think>It is ", "</s>") == ("It is </s>", "")
    choice = {"index": 0, "message": {"content": "Yes.</s>"}, "finish_reason": "stop"}
    reader = Reader()
    chunks = [*reader.feed(json.dumps({"choices": [choice]}).encode()), *reader.close()]
    assert "".join(delta.content for chunk in chunks for delta in chunk.deltas) == "Yes."
    assert chunks[-1].stopped == "</s>"


pieces = st.sampled_from([*MARKS[:7], "<", "|", "a", " ", "\n", "`", "<s>", "im_end|>"])


@given(st.lists(pieces, max_size=12), st.booleans())
def test_nothing_else_is_lost_however_it_is_cut(texts: list[str], ended: bool) -> None:
    whole, end = "".join(texts), EndMark()
    came = "".join(map(end.feed, texts))
    held, mark = end.close(whole, ended=ended)
    kept = came + held
    if mark:
        assert whole.startswith(kept)
        rest = whole[len(kept) :]
        for each in MARKS:
            rest = rest.replace(each, "")
        assert not rest.strip()
    else:
        assert kept == whole


def test_marks_without_end_are_seen() -> None:
    text, mark = read("Yes.", *["<|EOT|>\n"] * 3000)
    assert mark == ""
    assert text.count("<|EOT|>") == 3000
