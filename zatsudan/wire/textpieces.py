"""A text that grows by pieces."""

#: Pieces of a text that are joined to one: a piece costs ten times the memory of its character.
BLOCK = 4096


class Pieces:
    """A text that grows, joined when it is asked for."""

    def __init__(self, *pieces: str) -> None:
        self._blocks: list[str] = []
        self._pieces = list(pieces)

    def add(self, piece: str) -> None:
        """Put a piece to its end."""
        self._pieces.append(piece)
        if len(self._pieces) >= BLOCK:
            self._blocks.append("".join(self._pieces))
            self._pieces.clear()

    def __str__(self) -> str:
        return "".join((*self._blocks, *self._pieces))

    def __bool__(self) -> bool:
        return any(self._blocks) or any(self._pieces)
