"""The same talk over another link: to the server of a profile, beside the one it is held with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.config.settings import Config
from zatsudan.servers.choice import Server
from zatsudan.servers.unencrypted import unencrypted
from zatsudan.sessions.session import Session
from zatsudan.talk.layers import CONFIG, MODEL, PROFILE, by_name, of_model
from zatsudan.talk.link import Link
from zatsudan.wire.models import choose_model

if TYPE_CHECKING:
    from zatsudan.servers.client import Client


class Elsewhere(NamedTuple):
    """A link to the server of a profile, and the model to ask there. To be closed by who opened it."""

    link: Link
    client: "Client"
    model: str

    async def aclose(self) -> None:
        """Close the connection; session and journal stay open."""
        await self.client.aclose()


async def open_at(link: Link, profile: str, model: str = "") -> Elsewhere:
    """Open a link to a profile's server, with its model if none is named; raises ZatsudanError."""
    client = await link.finder.reach(profile)

    try:
        there = link.beside(client)
        await there.client()
        return Elsewhere(
            there, client, model or client.server.model or await _first(there, profile)
        )
    except BaseException:
        await client.aclose()
        raise


async def _first(link: Link, profile: str) -> str:
    try:
        chosen = choose_model(await link.fetch_models())
    except ZatsudanError as error:
        error.advice = say(
            "{advice} Or name a model under [profiles.{profile}].",
            advice=error.advice,
            profile=profile,
        ).strip()
        raise
    if chosen is None:
        raise CommandError(
            say("The server of {profile} names no model.", profile=profile),
            say("Name one under [profiles.{profile}].", profile=profile),
        )
    return chosen.id


def parameters_at(
    session: Session, config: Config, profile: str, model: str = ""
) -> dict[str, Json]:
    """Return the present parameters as they are at a profile's server, or for another model.

    `` is the talk's own. What its own profile and model set stays behind, what the others set
    comes in its place.
    """
    settings = session.settings
    if not profile and model in ("", session.model):
        return {name: setting.value for name, setting in settings.items()}
    asked = model or (config.profiles[profile].model if profile else "")
    lower, upper = by_name(config.parameters), of_model(config, asked)
    beneath: dict[str, Json] = {}
    over: dict[str, Json] = {}
    for name, setting in settings.items():
        if setting.origin == CONFIG:
            beneath[name] = setting.value
        elif setting.origin == MODEL or (setting.origin == PROFILE and profile):
            if name in lower:
                beneath[name] = lower[name]
        else:
            over[name] = setting.value
    there = by_name(config.profiles[profile].parameters) if profile else {}
    return {**beneath, **upper, **there, **over}


def key_notes(profile: str, server: Server) -> Iterator[Printable]:
    """Yield what to know of the key that another server gets."""
    if server.missing_key:
        yield say(
            "No key is sent to {profile}: {missing}.", profile=profile, missing=server.missing_key
        )
    if risk := unencrypted(server):
        yield risk
