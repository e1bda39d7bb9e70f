"""`<think>` tags: reasoning that a server leaves in the text of the reply.

Only at its very start, where models put it; elsewhere the tags are text.
"""

#: Opening tags and their ends: DeepSeek and most others, Gemini, Kimi, Mistral's raw form.
_TAGS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "◁think▷": "◁/think▷",
    "[THINK]": "[/THINK]",
}


class ThinkSplitter:
    """Parts a reply that begins with `<think>` into reasoning and content, however it is cut."""

    def __init__(self) -> None:
        self._blanks: list[str] = []  # that the reply begins with
        self._held = ""  # what may be a part of a tag
        self._end = ""  # the closing tag that is waited for
        self._passed = False
        self._fresh = False  # right behind the closing tag, where blank lines mean nothing

    def feed(self, text: str) -> tuple[str, str]:
        """Return the content and the reasoning in `text`; what may be a part of a tag is held."""
        if self._passed:
            if self._fresh:
                text = text.lstrip("\n")
                self._fresh = not text
            return text, ""
        if self._end:
            text, self._held = self._held + text, ""
            return self._inside(text)
        if not self._held:
            start = text.lstrip()
            # In pieces: there may be as many blanks as a server likes to send.
            self._blanks.append(text[: len(text) - len(start)])
            text = start
        start, self._held = self._held + text, ""
        opening = next((tag for tag in _TAGS if start.startswith(tag)), "")
        if opening:
            self._end = _TAGS[opening]
            self._blanks.clear()
            return self._inside(start[len(opening) :])
        if any(tag.startswith(start) for tag in _TAGS):
            self._held = start
            return "", ""
        self._passed = True
        return self._leading() + start, ""

    def close(self) -> tuple[str, str]:
        """Return what is held, at the end of the reply."""
        held, self._held = self._leading() + self._held, ""
        return ("", held) if self._end and not self._passed else (held, "")

    def _leading(self) -> str:
        blanks = "".join(self._blanks)
        self._blanks.clear()
        return blanks

    def _inside(self, text: str) -> tuple[str, str]:
        reasoning, closing, content = text.partition(self._end)
        if closing:
            self._passed = self._fresh = True
            return self.feed(content)[0], reasoning
        # The tag may have begun at the end of this piece.
        for size in range(min(len(self._end) - 1, len(text)), 0, -1):
            if text.endswith(self._end[:size]):
                self._held = text[-size:]
                return "", text[:-size]
        return "", text
