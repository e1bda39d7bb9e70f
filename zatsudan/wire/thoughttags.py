"""How families of models mark their thoughts in the text of a reply: a row for each, and what finds the marks."""

import re
from functools import cached_property
from typing import NamedTuple


class Form(NamedTuple):
    """How one family of models marks its thoughts: what begins one, and what ends it.

    `ends`: what stands behind the answer.
    """

    opens: tuple[str, ...]
    closes: tuple[str, ...]
    ends: tuple[str, ...] = ()


def _tags(name: str) -> Form:
    return Form((f"<{name}>",), (f"</{name}>",))


_FINAL = ("<|channel|>final<|message|>", "<|channel|>final json<|message|>")
_FINALS = tuple(
    before + final
    for before in ("<|end|><|start|>assistant", "<|start|>assistant", "")
    for final in _FINAL
)

#: GLM with pictures: the answer stands in a box (langgenius/dify-official-plugins 1525).
BOX, _BOX_END = "<|begin_of_box|>", "<|end_of_box|>"
_GAPS = ("\n\n", "\n", "")
#: Hunyuan, ERNIE, R1-Zero: the answer stands in tags of its own.
ANSWERS = Form(
    ("<think>",),
    tuple(f"</think>{gap}{tag}" for gap in _GAPS for tag in ("<answer>", "<response>", BOX)),
    tuple(f"{gap}{tag}" for gap in _GAPS[1:] for tag in ("</answer>", "</response>", _BOX_END)),
)
_NAMES = (
    *("thinking", "Think", "THINK", "Thinking", "thought", "reasoning"),
    *("seed:think", "longcat_think"),
)
#: Most models; Claude's way in prompts; in capitals; Google, EXAONE; Reflection and others; Seed-OSS;
#: LongCat; Kimi; Magistral; Sky-T1, OpenThinker; Command A; Gemma 4; MedGemma; Apertus; gpt-oss (harmony).
FORMS = (
    Form(("<think>",), ("</think>", *ANSWERS.closes)),
    ANSWERS,
    *map(_tags, _NAMES),
    Form(("◁think▷",), ("◁/think▷",)),
    Form(("[THINK]",), ("[/THINK]",)),
    Form(
        ("<|begin_of_thought|>",),
        ("<|end_of_thought|>\n\n<|begin_of_solution|>", "<|end_of_thought|>"),
        ("<|end_of_solution|>",),
    ),
    Form(
        ("<|START_THINKING|>",),
        ("<|END_THINKING|><|START_RESPONSE|>", "<|END_THINKING|>"),
        ("<|END_RESPONSE|>",),
    ),
    Form(("<|channel>thought\n", "<|channel>thought"), ("<channel|>",)),
    Form(("<unused94>thought\n", "<unused94>"), ("<unused95>",)),
    Form(("<|inner_prefix|>",), ("<|inner_suffix|>",)),
    Form(
        ("<|channel|>analysis<|message|>", "<|start|>assistant<|channel|>analysis<|message|>"),
        _FINALS,
        ("<|return|>", "<|end|>"),
    ),
)
#: The last where the server leaves its special tokens out: words, which a text could begin with too.
BARE = Form(("analysis",), ("assistantfinal",))
BARE_BEGUN = re.compile(r"\s*analysis[A-Z]")
# The word first: an expression that begins with letters is looked for like a word.
BARE_END = re.compile(r"assistantfinal(?<=[.!?。！？)）]assistantfinal)(?=\S)")
OPENS = tuple((tag, form) for form in FORMS for tag in form.opens)
BEGINNINGS = (*(tag for tag, _ in OPENS), BOX)
#: What ends a thought that nothing began.
LONE = {tag: form for form in FORMS for tag in form.closes}
#: What no tag begins without.
MARK = re.compile(f"[{re.escape(''.join({tag[0] for tag in LONE}))}]")


class Tags:
    """Finds the first of some tags, however the text is cut."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self._tags = tags

    @cached_property  # most are never looked for
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._tags, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)))

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(tag[:size] for tag in self._tags for size in range(1, len(tag)))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._tags))

    def find(self, text: str, at: int = 0, *, whole: bool = False) -> tuple[int, int]:
        """Return where the first tag begins and ends; where it may begin, and 0, while that is open.

        `whole`: nothing follows. Where there is none, it begins behind the text.
        """
        found = self._pattern.search(text, at)
        if not whole:
            sizes = range(min(self._longest - 1, len(text) - at), 0, -1)
            begun = next((len(text) - size for size in sizes if text[-size:] in self._parts), None)
            if begun is not None and (found is None or begun <= found.start()):
                return begun, 0
        return found.span() if found is not None else (len(text), 0)


LONE_TAGS = Tags(tuple(LONE))
ALL_TAGS = Tags((*LONE, *BARE.closes))
CLOSES = {form: Tags(form.closes) for form in FORMS}
#: What begins a further thought; behind an answer in tags of its own there is none.
OPENINGS = {form: Tags(form.opens) for form in FORMS if not form.ends}
ENDS = {form: Tags(form.ends) for form in FORMS if form.ends}
