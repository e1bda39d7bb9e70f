"""What makes the clients of a link."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zatsudan.servers.client import Client


class Finds(Protocol):
    """Makes clients (discovery.Finder). All raise ZatsudanError."""

    async def connect(self) -> "Client":
        """Return a client for the server that is to be used."""

    async def reach(self, profile: str) -> "Client":
        """Return a client for the server of a profile, beside the one in use."""

    def alive(self) -> bool:
        """Tell whether the server in use can still be there."""


class Fixed(Finds):
    """Finds nothing: one client is all there is."""

    def __init__(self, client: "Client", finder: Finds) -> None:
        self._client = client
        self._finder = finder

    async def connect(self) -> "Client":
        return self._client

    async def reach(self, profile: str) -> "Client":
        return await self._finder.reach(profile)

    def alive(self) -> bool:
        return True
