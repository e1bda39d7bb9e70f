"""What a command works with: the talk, the link, and what the person keeps beside them."""

from typing import TYPE_CHECKING

from zatsudan.config.presetfiles import Presets
from zatsudan.config.settings import Config
from zatsudan.servers.findings import Findings
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk

if TYPE_CHECKING:
    from zatsudan.servers.discovery import Finder
    from zatsudan.sessions.shelf import Known


class Chat:
    """A talk over a link. With a `finder` the person can choose another server while it goes on."""

    def __init__(
        self,
        config: Config,
        talk: Talk,
        link: Link,
        *,
        findings: Findings | None = None,
        presets: Presets | None = None,
        finder: "Finder | None" = None,
    ) -> None:
        self.config = config
        self.talk = talk
        self.link = link
        self.findings = findings or Findings(None)
        self.presets = presets or Presets(None)
        self.finder = finder
        #: What was read of saved sessions, so that no key reads them again.
        self.summaries: Known = {}

    async def aclose(self) -> None:
        """Close the journal and the connection."""
        self.talk.close()
        await self.link.aclose()
