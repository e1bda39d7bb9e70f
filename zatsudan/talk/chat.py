"""What a command works with: the talk, the link, and what the person keeps beside them."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.config.settings import Config
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zatsudan.config.presetfiles import Presets
    from zatsudan.servers.discovery import Finder
    from zatsudan.servers.findings import Findings
    from zatsudan.sessions.shelf import Known
    from zatsudan.sessions.upkeep import Upkeep
    from zatsudan.talk.ahead import Onward


class Chat:
    """A talk over a link. With a `finder` the person can choose another server while it goes on.

    `findings` is the file that keeps what was measured of servers, `presets` the folder of
    presets; None for none.
    """

    def __init__(
        self,
        config: Config,
        talk: Talk,
        link: Link,
        *,
        findings: Path | None = None,
        presets: Path | None = None,
        finder: "Finder | None" = None,
    ) -> None:
        self.config = config
        self.talk = talk
        self.link = link
        self.finder = finder
        self._places = findings, presets
        #: What was read of saved sessions, so that no key reads them again.
        self.summaries: Known = {}
        #: What was remarked on parameters that are set together: once a session.
        self.remarked: set[tuple[str, ...]] = set()
        #: Pictures that came from the clipboard, by the names that attach them.
        self.pasted: dict[str, bytes] = {}
        #: The ways on from a place that were drawn last, by their letters.
        self.ways: Mapping[str, Onward] = {}

    @cached_property
    def findings(self) -> "Findings":
        """What was measured of servers."""
        from zatsudan.servers.findings import Findings

        return Findings(self._places[0])

    @cached_property
    def presets(self) -> "Presets":
        """The presets that can be loaded."""
        from zatsudan.config.presetfiles import Presets

        return Presets(self._places[1])

    def index_sessions(self) -> None:
        """Have the index of the saved sessions follow them, while the talk goes on."""
        if self.talk.folder is not None:
            self._upkeep.begin(self.talk.folder)

    @cached_property
    def _upkeep(self) -> "Upkeep":
        from zatsudan.sessions.upkeep import Upkeep

        return Upkeep()

    async def aclose(self) -> None:
        """Close the journal and the connection; what the index lacks is left for the next time."""
        if "_upkeep" in vars(self):
            self._upkeep.end()
        self.talk.close()
        await self.link.aclose()
