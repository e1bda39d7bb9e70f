"""Commands on logit_bias: words to favour, to disfavour, and never to be said."""

from collections.abc import Iterable

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json, whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, one_line, printable
from zatsudan.base.words import Word, split
from zatsudan.commands.offers import GROUP
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers import native
from zatsudan.servers.prefill import NONE
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import find_form


def forms_of(text: str) -> list[str]:
    """Return a word in all its forms: as it is, capital, and both with a leading blank."""
    bare = text.lstrip(" ")
    capital = bare[:1].upper() + bare[1:]
    small = bare[:1].lower() + bare[1:]
    return list(dict.fromkeys((text, small, capital, f" {small}", f" {capital}")))


@command("bias", '["TEXT"|ID … NUMBER [--forms] [--pieces]]', group=GROUP)
async def bias(chat: Chat, args: str) -> Outcome:
    """Favour or disfavour tokens: -100 never, +100 only.

    `/bias " sorry" -5`, `/bias 9904 -100` with a token's id; /bias lists what is set, /unset
    logit_bias takes all back. A leading blank counts: most words in a text have one. `--forms`
    takes the word with and without it, small and capital. A text of several tokens is refused,
    since each of them stands in other words too; `--pieces` biases them all the same.
    """
    if not args:
        return await _list(chat)
    words = split(args)
    flags = _flags(words)
    plain = [word for word in words if word.text not in flags or word.quoted]
    if len(plain) < 2:
        raise CommandError(
            say("/bias needs a text or a token id, and a number."),
            say('As in /bias " sorry" -100.'),
        )
    try:
        number = float(plain[-1].text)
        if not -100 <= number <= 100:
            raise ValueError
    except ValueError:
        raise CommandError(
            say(
                "A bias is a number from -100 to 100, not {typed!r}.",
                typed=one_line(plain[-1].text, 30),
            ),
            say('As in /bias " sorry" -100.'),
        ) from None
    value: Json = int(number) if number.is_integer() else number
    return await _add(chat, plain[:-1], value, flags)


@command("ban", '"TEXT"|ID … [--forms] [--pieces]', group=GROUP)
async def ban(chat: Chat, args: str) -> Outcome:
    """Keep words and phrases out of all replies.

    A text of one token is never chosen, as by /bias with -100; the flags are the same. A phrase of
    several is banned as a whole: by the server where it can, else the reply is watched and goes back
    before the phrase, of which nothing is shown; it is said how often. That takes prefill (/continue).
    """
    words = split(args)
    flags = _flags(words)
    plain = [word for word in words if word.text not in flags or word.quoted]
    if not plain:
        raise CommandError(
            say("/ban needs a text."), say('As in /ban " delve" --forms; /unban takes back.')
        )
    if plain == [Word("off")]:
        raise CommandError(
            say("Nothing was banned."), say('/unban takes back; /ban "off" bans that word.')
        )
    try:
        return await _add(chat, plain, -100, flags)
    except CommandError as error:  # it is no single token here, or nobody knows
        banned = await _ban_phrase(chat, " ".join(word.text for word in plain))
        if banned is not None:
            return banned
        sentence = say(
            "{reason} No phrase can be kept out here: that takes prefill.", reason=error.sentence
        )
        raise CommandError(sentence, error.advice) from error


def _banned(chat: Chat, _args: str) -> Iterable[Choice]:
    return (Choice.quoted(text) for text in _texts(chat) if "\n" not in text)


def _texts(chat: Chat) -> list[str]:
    """Return the texts that are banned as wholes."""
    value = chat.talk.session.parameters.get("banned_strings")
    return [str(text) for text in value] if isinstance(value, list) else []


@command("unban", '["TEXT"|ID …]', group=GROUP, complete=_banned)
async def unban(chat: Chat, args: str) -> Outcome:
    """Take back what may not be said: all of it, or what is named.

    What /ban and banned_strings forbid is allowed again; other biases stay as they are.
    """
    words = split(args)
    value = chat.talk.session.parameters.get("logit_bias")
    biases = value if isinstance(value, dict) else {}
    never = [key for key, amount in biases.items() if amount == -100]
    texts = _texts(chat)
    if words:
        named = {word.text for word in words} | {" ".join(word.text for word in words)}
        freed = [text for text in texts if text in named]
        known = await _texts_of(chat, never) if named - {*freed, *never} else {}
        ids = [key for key in never if key in named or known.get(key) in named]
    else:
        freed, ids = texts, never
    if not freed and not ids:
        raise CommandError(
            say("Nothing of that is banned.") if words else say("Nothing is banned."),
            say('/bias lists what is set; /ban " delve" bans.'),
        )
    if freed:
        _keep(chat, "banned_strings", [text for text in texts if text not in freed])
    if ids:
        _keep(chat, "logit_bias", {key: each for key, each in biases.items() if key not in ids})
    names = [f'"{one_line(text, 30)}"' for text in freed] + [one_line(key, 20) for key in ids]
    return tell(say("Allowed again: {names}.", names=", ".join(names)), "good")


async def _texts_of(chat: Chat, ids: list[str]) -> dict[str, str]:
    """Return the texts of tokens by their ids, of those that somebody knows."""
    numbers = [int(key) for key in ids if key.isascii() and key.isdigit()]
    if not numbers:
        return {}
    client, model = await client_for(chat.talk, chat.link), await model_of(chat.talk, chat.link)
    found = await native.texts_of(client, model, numbers)
    return {str(number): text for number, text in found.items()}


def _keep(chat: Chat, name: str, value: Json) -> None:
    """Set what is left of a value, or take it back if that is nothing."""
    if value:
        chat.talk.record({"type": "set", "name": name, "value": value})
    else:
        chat.talk.record({"type": "unset", "name": name})


def _flags(words: list[Word]) -> set[str]:
    return {word.text for word in words if not word.quoted} & {"--forms", "--pieces"}


async def _ban_phrase(chat: Chat, text: str) -> Outcome | None:
    """Ban a text as a whole; None where nothing keeps it out here."""
    taken = chat.link.here.takes(BY_NAME["banned_strings"])
    if not taken:
        try:
            form = await find_form(chat.link, await model_of(chat.talk, chat.link))
        except ZatsudanError:  # it cannot be asked now
            form = NONE
        if form == NONE:
            return None
    _keep(chat, "banned_strings", list(dict.fromkeys([*_texts(chat), text])))
    shown = one_line(text, 60)
    if taken:
        return tell(say('Banned: "{text}". The server keeps it out.', text=shown), "good")
    note = say('Banned: "{text}". Where it begins, the reply goes back and on anew.', text=shown)
    return tell(note, "good")


async def _add(chat: Chat, words: list[Word], value: Json, flags: set[str]) -> Outcome:
    model = await model_of(chat.talk, chat.link)
    client = await client_for(chat.talk, chat.link)
    texts: dict[int, str] = {}
    several: dict[str, list[int]] = {}
    # Words without quotes are one text: /ban at all. Digits without quotes are ids.
    numbers = [whole_number(word.text) if not word.quoted else None for word in words]
    if None not in numbers:
        texts = dict.fromkeys((number for number in numbers if number is not None), "")
    else:
        text = " ".join(word.text for word in words)
        for form in forms_of(text) if "--forms" in flags else [text]:
            ids = await native.tokenize(client, model, form)
            if ids is None:
                raise CommandError(
                    say(
                        "This server has no tokenizer to ask, and tiktoken does not know its model."
                    ),
                    say("Give the token's id: /bias 9904 -100."),
                )
            if len(ids) == 1:
                texts[ids[0]] = form
            else:
                several[form] = ids
        if "--pieces" in flags:
            for ids in several.values():
                texts.update(dict.fromkeys(ids, ""))
            several = {}
    if not texts:
        sizes = (
            say('"{text}" is {count} tokens here', text=one_line(form, 30), count=len(ids))
            for form, ids in several.items()
        )
        raise CommandError(
            say("{what}.", what="; ".join(sizes)),
            say(
                "Each stands in other words too: --pieces biases them all the same; --forms looks for a form of one."
            ),
        )
    old = chat.talk.session.parameters.get("logit_bias")
    new: dict[str, Json] = dict(old) if isinstance(old, dict) else {}
    new.update((str(number), value) for number in texts)
    chat.talk.record({"type": "set", "name": "logit_bias", "value": new})
    shown = await _listed(chat)
    skipped = [
        Line(
            say('Not "{text}": it is {count} tokens.', text=one_line(form, 30), count=len(ids)),
            "dim",
        )
        for form, ids in several.items()
    ]
    return Show((*shown, *skipped))


async def _list(chat: Chat) -> Outcome:
    if not chat.talk.session.parameters.get("logit_bias"):
        return tell(say('No bias is set. /bias " sorry" -100 sets one.'), "dim")
    return Show((*await _listed(chat), Line(say("/unset logit_bias takes all back"), "dim")))


async def _listed(chat: Chat) -> tuple[Part, ...]:
    from zatsudan.wire.tokenview import visible

    value = chat.talk.session.parameters.get("logit_bias")
    biases = value if isinstance(value, dict) else {}
    ids = [int(key) for key in biases if key.isascii() and key.isdigit()]
    texts = await native.texts_of(
        await client_for(chat.talk, chat.link), await model_of(chat.talk, chat.link), ids
    )
    rows = tuple(
        (
            one_line(key, 20),
            visible(texts[int(key)] if key.isdigit() and int(key) in texts else "?"),
            one_line(f"{amount:g}" if isinstance(amount, int | float) else str(amount), 10),
            say("never") if amount == -100 else EMPTY,
        )
        for key, amount in biases.items()
    )
    head = (printable("id"), say("token"), say("bias"), EMPTY)
    parts: list[Part] = [Table(head, rows, right=frozenset({0, 2}))]
    if ids and not texts:
        ids_only = say("This server does not tell the texts of its tokens: ids only.")
        parts.append(Line(ids_only, "dim"))
    return tuple(parts)
