"""A reply's tokens with their probabilities, read from its recorded logprobs."""

import codecs
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, printable

#: OpenAI's word for a token that is not among the top ones (openapi.json 2.3.0).
UNKNOWN = -9999.0

#: Lower bounds of the bins of probability; what is above the first is not set off.
BINS = (0.9, 0.5, 0.2, 0.05)

#: A token less likely than this is a surprise.
SURPRISE = 0.2

_SPECIAL = re.compile(r"<\|[^|]*\|>|</?s>|<end_of_turn>|<eos>|<｜[^｜]*｜>")


@dataclass(frozen=True, slots=True)
class Option:
    """A token that could have stood at a place.

    `p` is its probability, `id` its number in the vocabulary; None where it is not told.
    """

    data: bytes
    p: float | None
    id: int | None = field(default=None, kw_only=True, compare=False)

    @property
    def text(self) -> str:
        """The token as text; a part of a character shows as a replacement character."""
        return self.data.decode("utf-8", "replace")

    @property
    def name(self) -> Printable:
        """The token as it is named among others: blanks to be seen, parts of a character as bytes."""
        if _whole(self.data):
            return visible(self.text) or say("(end)")
        return printable("".join(f"<{byte:02X}>" for byte in self.data))

    @property
    def is_part(self) -> bool:
        """Whether its bytes make up no whole characters."""
        return not _whole(self.data)

    @property
    def refusal(self) -> Printable:
        """Say why no text can go on from here; `` if it can."""
        if not self.data or _SPECIAL.fullmatch(self.text):
            return say("it is the mark at which a reply ends")
        return say("it is a part of a character") if self.is_part else EMPTY


@dataclass(frozen=True, slots=True)
class Token(Option):
    """A token of the reply, with the likeliest others at its place, the likeliest first."""

    options: tuple[Option, ...] = ()

    @property
    def bin(self) -> int:
        """0 for the likeliest, up to 4; unknown is among the least likely."""
        return bin_of(self.p if self.p is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Piece:
    """What is shown as one: a token, or the few that make one character. `bin` is the least likely one's.

    `note` is said of it where there are no colours, None for its probability where it was unlikely;
    `tail` stands behind it in any case. `struck`: it is cut, `doubtful`: it may be.
    """

    text: str
    first: int
    last: int
    bin: int
    p: float | None
    note: Printable | None = None
    tail: str = ""
    struck: bool = False
    doubtful: bool = False


def bin_of(p: float) -> int:
    """Return the bin of a probability: 0 for the likeliest, up to 4."""
    return sum(p < bound for bound in BINS)


def read_tokens(entries: Iterable[Json]) -> tuple[Token, ...]:
    """Read logprobs as they came; what cannot be read is left out."""
    tokens: list[Token] = []
    for entry in entries:
        option = _option(entry)
        if option is None or not isinstance(entry, dict):
            continue
        top = entry.get("top_logprobs")
        options = [
            _completed(found, option.data)
            for item in _list(top)
            if (found := _option(item)) is not None
        ]
        options.sort(key=lambda item: -(item.p or 0.0))
        tokens.append(Token(option.data, option.p, tuple(options), id=option.id))
    return tuple(tokens)


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()


def _option(entry: Json) -> Option | None:
    if not isinstance(entry, dict):
        return None
    text, data, logprob = entry.get("token"), entry.get("bytes"), entry.get("logprob")
    if isinstance(data, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in data):
        content = bytes(byte for byte in data if isinstance(byte, int))
    elif isinstance(text, str):
        content = text.encode("utf-8", "replace")
    else:
        return None
    number = entry.get("id")
    own = number if isinstance(number, int) and not isinstance(number, bool) else None
    known = isinstance(logprob, int | float) and not isinstance(logprob, bool)
    if not known or not isinstance(logprob, int | float) or not UNKNOWN < logprob <= 1e-3:
        return Option(content, None, id=own)
    return Option(content, math.exp(min(0.0, logprob)), id=own)


def _completed(option: Option, chosen: bytes) -> Option:
    """Return an alternative as a whole character where the server tells only its last bytes.

    llama.cpp joins the tokens of a character into the last one, but tells the
    alternatives to that last one as they are.
    """
    if not option.data or not 0x80 <= option.data[0] < 0xC0 or not _whole(chosen):
        return option
    data = chosen[: max(0, len(chosen) - len(option.data))] + option.data
    return Option(data, option.p, id=option.id) if _whole(data) else option


def pieces(tokens: Sequence[Token], begin: int = 0) -> list[Piece]:
    """Join the tokens from `begin` on whose bytes make a character together; the others stand alone."""
    found: list[Piece] = []
    at = begin
    while at < len(tokens):
        last = _end_of_text(tokens, at)
        among = tokens[at : last + 1]
        text = b"".join(token.data for token in among).decode("utf-8", "replace")
        least = min(among, key=lambda token: token.p if token.p is not None else 0.0)
        found.append(Piece(text, at, last, least.bin, least.p))
        at = last + 1
    return found


def _end_of_text(tokens: Sequence[Token], at: int) -> int:
    """Return the token with which the characters begun at `at` are whole; itself if they never are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for last in range(at, len(tokens)):
        try:
            decoder.decode(tokens[last].data)
        except UnicodeDecodeError:
            return at
        if not decoder.getstate()[0]:
            return last
    return at


def _whole(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def visible(text: str) -> Printable:
    """Return a token's text with its blanks to be seen."""
    shown = text.replace(" ", "·").replace("\n", "↵").replace("\r", "␍").replace("\t", "→")
    return printable(shown)


def percent(p: float | None) -> Printable:
    """Return a probability in words: `8 %`, `<1 %`, `?` where it is not told."""
    if p is None:
        return printable("?")
    if 0 < p < 0.01:
        return printable("<1 %")
    return printable(f"{100 * p:.0f} %")


def mean_logprob(tokens: Iterable[Token]) -> float | None:
    """Return the mean log probability of the tokens of which it is told."""
    known = [math.log(token.p) for token in tokens if token.p]
    return sum(known) / len(known) if known else None


def perplexity(tokens: Iterable[Token]) -> float | None:
    """Return how many tokens the model chose among, on average, by its own account."""
    mean = mean_logprob(tokens)
    return math.exp(-mean) if mean is not None else None


def surprises(tokens: Sequence[Token]) -> list[int]:
    """Return the places of the tokens that were unlikely."""
    return [at for at, token in enumerate(tokens) if (token.p or 0.0) < SURPRISE]


def entropy(token: Token) -> float | None:
    """Return how open a place was in nats, at least: the others that are not told count as one.

    None where no alternative is told.
    """
    told = [option.p for option in token.options if option.p]
    if not told:
        return None
    if all(option.data != token.data for option in token.options) and token.p:
        told.append(token.p)
    return entropy_of(told)


def entropy_of(shares: Sequence[float]) -> float:
    """Return the entropy of shares in nats, at least: what is left of 1 counts as one more."""
    rest = max(0.0, 1.0 - math.fsum(shares))
    return -math.fsum(p * math.log(p) for p in [*shares, rest] if p > 0)


def undecided(tokens: Sequence[Token], count: int) -> list[int]:
    """Return the places where the reply was least decided, the most open first; a punctuation mark counts too.

    By their entropy, and of equal ones by the probability of the runner-up.
    """
    open_ = {at: found for at, token in enumerate(tokens) if (found := entropy(token))}
    return sorted(open_, key=lambda at: (-open_[at], -(runner_up(tokens[at]) or 0.0), at))[:count]


def runner_up(token: Token) -> float | None:
    """Return the probability of the likeliest other token; None where none is told."""
    return max((o.p for o in token.options if o.data != token.data and o.p), default=None)


def least_likely(tokens: Sequence[Token], count: int) -> list[int]:
    """Return the places of the least likely tokens, the least likely first."""
    return sorted(range(len(tokens)), key=lambda at: (tokens[at].p or 0.0, at))[:count]


def text_before(tokens: Sequence[Token], at: int, reply: str, given: int = 0) -> str | None:
    """Return the reply's text before a token; None if tokens and text do not fit.

    Tokens may hold more than the text at both ends: reasoning before it, the
    mark of the end behind it. Those of the first `given` characters may be missing.
    """
    data = b"".join(token.data for token in tokens)
    before = b"".join(token.data for token in tokens[:at])
    for head in dict.fromkeys(("", reply[:given])):
        rest = reply[len(head) :].encode("utf-8", "replace")
        start = data.find(rest) if rest else -1
        if 0 <= start <= len(before):
            try:
                return head + before[start:].decode()
            except UnicodeDecodeError:
                return None
    return None


def entries_of(text: str, entries: Sequence[Json]) -> tuple[Json, ...]:
    """Return the logprobs that make up just this text, from the first on; none if they do not fit."""
    data = text.encode("utf-8", "replace")
    length = 0
    for count, entry in enumerate(entries):
        if length >= len(data):
            return tuple(entries[:count]) if length == len(data) else ()
        option = _option(entry)
        if option is None or data[length : length + len(option.data)] != option.data:
            return ()
        length += len(option.data)
    return tuple(entries) if length == len(data) else ()


def entries_before(entries: Sequence[Json], at: int, chosen: Option) -> Iterator[Json]:
    """Yield the logprobs that a reply begins with which takes another token at a place."""
    yield from entries[:at]
    here = entries[at]
    if isinstance(here, dict):
        yield {
            **here,
            "token": chosen.text,
            "bytes": list(chosen.data),
            "logprob": math.log(chosen.p) if chosen.p else UNKNOWN,
        }
