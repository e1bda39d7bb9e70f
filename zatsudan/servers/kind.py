"""What is known beforehand of a kind of server: the form of a row."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback
from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.servers.thinkforms import Thinking


class Tokenizer(NamedTuple):
    """How /tokenize is asked: the fields that hold the text and the model, and what is sent besides.

    The text of tokens comes back from /detokenize under the same name.
    """

    text: str
    model: str = ""
    besides: Mapping[str, Json] = NOTHING

    def body(self, model: str, text: str) -> JsonObject:
        """Return the question for the tokens of a text."""
        named: JsonObject = {self.model: model} if self.model else {}
        return {**named, self.text: text, **self.besides}


class Templated(NamedTuple):
    """How a server is asked for the prompt that its template makes of a talk: a path, and the keys down to it.

    `fields` of a request are sent, none for all of them, and `besides`. With all of them the
    request makes a token of a reply.
    """

    path: str
    within: tuple[str, ...]
    fields: tuple[str, ...] = ()
    besides: Mapping[str, Json] = NOTHING

    def body(self, request: Mapping[str, Json]) -> JsonObject:
        """Return the question for the prompt of a request."""
        sent = {name: item for name, item in request.items() if name in (self.fields or request)}
        return {**sent, **self.besides}


class Defaults(NamedTuple):
    """Where a server tells its own values of parameters: a path beside /v1, and the keys down to them.

    `names` are those that differ from ours, `foreign` those that are no parameters of
    a request, `unset` a value that stands for none, and what is sent to mean that. `usual`: what
    it takes where neither its command line nor the file of its model says anything.
    """

    path: str
    within: tuple[str, ...]
    names: Mapping[str, str] = NOTHING
    foreign: frozenset[str] = frozenset()
    unset: Mapping[str, tuple[Json, Json]] = NOTHING
    usual: Mapping[str, Json] = NOTHING


class Echo(NamedTuple):
    """How a server says which settings it used: what is sent for it, and the keys down to them.

    `extras` are fields without a row in the table of parameters, each with a value
    unlike the server's default, to be seen there again.
    """

    ask: Mapping[str, Json]
    within: tuple[str, ...]
    extras: Mapping[str, Json] = NOTHING


class Sign(NamedTuple):
    """An answer that only one kind of server gives: a path beside /v1, and the keys down to what stands there.

    `begins`: how the text there begins; `` where it is enough that it is there.
    """

    path: str
    keys: tuple[str, ...]
    begins: str = ""


class ServerKind(NamedTuple):
    """One row.

    `label`: what people call it.
    `url`: where it is usually found. With one it is offered by /connect, and looked for
    if that is on this machine; of several that run, the first row is taken.
    `ports`: further ports of this machine at which it is looked for.
    `owners`: what it says of who owns its models (`owned_by`), where no other kind says that.
    `signs`: further answers by which it is known (`servers.knowing`).
    `hosts`: domains at which it answers, besides that of `url`.
    `also`: further names of servers that are of this kind.
    `key`: the variable that usually holds its key; `` if it wants none.
    `names`: what it calls a parameter, by our name; the fields of a request.
    `prefill`: the form in which it goes on from a given text (`prefill.FORMS`),
    `none`, or `` where that depends on the model and is found out.
    `takes`: the rows beyond OpenAI's that it takes (`Parameter.local`); None: it is not known.
    `ignores`: rows that do nothing here, each with a word why; `` where there is no more to say.
    `unsent`: what it takes a parameter for that is not sent, where that is not the model's business.
    `way`: how to have what it does not take all the same, a constant that is said.
    `wide`: it knows no upper bound where OpenAI has one (`Parameter.wide`).
    `order`: the steps of its chain of samplers, by llama.cpp's names, in which it runs them.
    `dialect`: the API beside /v1 by which it is spoken to (`servers.dialects`); `` for /v1.
    `shows`: where it tells the parameters of a model as a Modelfile has them, beside /v1; `` for nowhere.
    `thinking`: the forms in which it is told whether and how a model thinks.
    `tells`: what is sent besides with a streamed request, so that it tells how far it has read;
    `tells_stop`: what is sent where `stop` is set, so that it tells which of the texts ended it.
    `raw`: its probabilities are those before the temperature and all samplers.
    `without_cache`: with these fields nothing of its prompt cache is used again, which may change a seeded reply.
    `tokenizer`, `template`, `defaults`, `echo`: what it is asked beside the talk; None: it cannot be.
    """

    name: str = ""
    label: str = ""
    url: str = ""
    ports: tuple[int, ...] = ()
    owners: frozenset[str] = frozenset()
    signs: tuple[Sign, ...] = ()
    hosts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    key: str = ""
    names: Mapping[str, str] = NOTHING
    prefill: str = ""
    takes: frozenset[str] | None = None
    ignores: Mapping[str, str] = NOTHING
    unsent: Mapping[str, Json] = NOTHING
    way: str = ""
    wide: bool = False
    order: tuple[str, ...] = ()
    dialect: str = ""
    shows: str = ""
    thinking: Thinking = Thinking()
    tells: Mapping[str, Json] = NOTHING
    tells_stop: Mapping[str, Json] = NOTHING
    raw: bool = False
    without_cache: Mapping[str, Json] = NOTHING
    tokenizer: Tokenizer | None = None
    template: Templated | None = None
    defaults: Defaults | None = None
    echo: Echo | None = None

    @property
    def host(self) -> str:
        """The host of the usual address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port at which it is usually found on this machine; 0 for a server elsewhere."""
        return urlsplit(self.url).port or 0 if is_loopback(self.host) else 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it is looked for on this machine, the usual address first."""
        if not self.port:
            return ()
        parts = urlsplit(self.url)
        others = (parts._replace(netloc=f"{self.host}:{port}").geturl() for port in self.ports)
        return (self.url, *others)

    @property
    def hosted(self) -> bool:
        """Is it run by its makers, at addresses of theirs?"""
        return bool(self.hosts or (self.url and not self.port))

    def asked_besides(self, parameters: Mapping[str, Json]) -> JsonObject:
        """Return what a request with these parameters asks the server to tell of its work."""
        tells = {} if parameters.get("stream") is False else self.tells
        found = {**tells, **(self.tells_stop if parameters.get("stop") else {})}
        return {name: value for name, value in found.items() if name not in parameters}

    def is_at(self, host: str) -> bool:
        """Tell whether a host is one of its makers'."""
        domains = (*self.hosts, self.host) if self.hosted else ()
        return any(host == domain or host.endswith(f".{domain}") for domain in domains if domain)
