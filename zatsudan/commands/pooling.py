"""Servers that share a sweep: which are meant by `pool=`, and with whose settings."""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line
from zatsudan.servers.choice import check_profile, known_profiles
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.slots import Cell

#: The talk's own server among those of a pool.
OWN = "now"


def pool_of(chat: Chat, text: str) -> tuple[str, ...]:
    """Return the profiles of `a,b,now` or `gpu*`, `` for the talk's own server; raises ZatsudanError."""
    found: dict[str, None] = {}
    for name in text.split(","):
        if name == OWN:
            found[""] = None
        elif "*" in name or "?" in name:
            fits = [profile for profile in chat.config.profiles if fnmatchcase(profile, name)]
            if not fits:
                raise CommandError(
                    say("No profile is called like {name}.", name=one_line(name, 40)),
                    known_profiles(chat.config),
                )
            for profile in fits:
                check_profile(profile, chat.config)
            found |= dict.fromkeys(fits)
        else:
            check_profile(name, chat.config)
            found[name] = None
    return tuple(found)


def pooled(cells: "Sequence[Cell]", pool: tuple[str, ...]) -> "tuple[Cell, ...]":
    """Return cells that whichever server of a pool is free makes."""
    return tuple(replace(cell, profile="", pool=pool) for cell in cells) if pool else tuple(cells)


def whose_settings(chat: Chat, pool: Sequence[str]) -> Printable | None:
    """Say whose parameters go to all servers of a pool; None where all profiles have the same."""
    own = [chat.config.profiles[name].parameters if name else {} for name in pool]
    if all(parameters == own[0] for parameters in own):
        return None
    first = one_line(pool[0] or OWN, 40)
    return say("The parameters of {profile} go to all servers of the pool.", profile=first)
