"""A body with an object in each line, as APIs of Ollama's kind stream: known by its first two lines."""

from collections.abc import Callable


class ObjectLines:
    """Tells whether a body is one, and takes its lines out of it as they come. `is_chunk` knows a line of a reply."""

    def __init__(self, is_chunk: Callable[[str], bool]) -> None:
        self._is_chunk = is_chunk
        self.found: bool | None = None

    def whole(self, body: list[bytes], piece: bytes) -> list[bytes]:
        """Return the lines that the last piece of a body has made whole; they are taken out of it."""
        if b"\n" not in piece or self.found is False:
            return []
        *lines, last = b"".join(body).split(b"\n")
        if self.found is None:
            if not self._is_chunk(lines[0].decode("utf-8", "replace")):
                self.found = False
                return []
            if not any(line.strip() for line in (*lines[1:], last)):
                return []  # it may be the end of a body that is one object
            self.found = True
        body[:] = [last]
        return lines
