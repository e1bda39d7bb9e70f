"""What a sweep may spend: what its replies cost, and by which number settings are ended early."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Usage

if TYPE_CHECKING:
    from zatsudan.config.settings import Price
    from zatsudan.lab.economy import Economy
    from zatsudan.lab.grid import Budget

#: By what settings are ranked if nothing else is named: how little they repeat themselves.
RANKED_BY = "distinct_pairs"


def number_of(chat: Chat, by: str) -> str:
    """Return the number that is meant as it is kept, with its `-`; raises CommandError."""
    from zatsudan.lab.numbers import named, numbers_with

    numbers = numbers_with(chat.config.metrics)
    return ("-" if by.startswith("-") else "") + named(numbers, by.removeprefix("-")).key


async def economy_of(
    chat: Chat, budget: "Budget", by: str, names: Sequence[str], profiles: Iterable[str]
) -> "Economy":
    """Return how a budget is kept to, with the servers of these profiles; raises CommandError where the money is not known."""
    from zatsudan.lab.economy import Economy
    from zatsudan.lab.labels import shown
    from zatsudan.lab.measuredrows import scores_by
    from zatsudan.lab.numbers import named, numbers_with

    key = number_of(chat, by or next(iter(chat.config.metrics), RANKED_BY))
    number = named(numbers_with(chat.config.metrics), key.removeprefix("-"))
    session = chat.talk.session
    count = chat.link.gauge(session).estimator.count
    return Economy(
        budget.limit,
        await _money(chat, profiles) if budget.money else _tokens,
        scores_by(number, session, count, chat.config.metrics),
        number.shown,
        lambda setting: one_line(shown(names[setting]), 60),
        least=key.startswith("-"),
    )


def _tokens(node: Node) -> float:
    usage = _usage(node)
    return float(usage.prompt + usage.completion)


def _usage(node: Node) -> Usage:
    made = node.made
    return made.usage if made is not None and made.usage is not None else Usage()


async def _money(chat: Chat, profiles: Iterable[str]) -> Callable[[Node], float]:
    """Return what tells the cost of a reply, by the prices of its server's profile; raises CommandError without any."""
    from zatsudan.talk.addressee import client_for

    prices: dict[str, Mapping[str, Price]] = {}
    for profile in profiles:
        if profile:
            prices[profile] = chat.config.profiles[profile].prices
        else:
            server = (await client_for(chat.talk, chat.link)).server
            prices[server.name] = server.prices
    if not all(prices.values()):
        raise CommandError(
            say("What replies cost here is not known: the profile has no prices."),
            say("Add [profiles.NAME.prices], or give the budget in tokens: budget=5000."),
        )
    every = [price for models in prices.values() for price in models.values()]
    dearest = max(every, key=lambda price: price.output)

    def cost(node: Node) -> float:
        made, usage = node.made, _usage(node)
        there = prices.get(made.server, {}) if made is not None else {}
        # A model without a price is counted as the dearest that has one, so as not to spend too much.
        price = there.get(made.model if made is not None else "", dearest)
        return price.of(usage.prompt, usage.completion, usage.cached)

    return cost
