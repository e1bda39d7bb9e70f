"""Thinking: the forms in which servers are told whether a model thinks, how hard, and how long.

No two families of servers have the same. A form is a field of the request and what stands in it for
a wish; the kind of a server names its forms (`Thinking`), and for others they are tried.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject

#: What is wanted: to think or not, how hard (a word), or at most so many tokens.
Wish: TypeAlias = bool | str | int

#: How hard a model may think, by OpenAI's words; `none` is said as `off`.
LEVELS = ("minimal", "low", "medium", "high", "xhigh", "max")
#: The level that stands for `on` where there is no other word for it.
ON = "medium"
#: No form works: the model does not think, or it thinks whatever is sent.
NEVER, ALWAYS = "never", "always"


class Thinking(NamedTuple):
    """The forms of a kind of server; `` where it has none for such a wish.

    `switch`: those by which it is switched on and off, in the order of trying: it depends on the
    model's template too. `control`: a thought that is under way can be ended there (`CONTROL`).
    """

    switch: tuple[str, ...] = ()
    level: str = ""
    budget: str = ""
    control: bool = False


#: Where llama.cpp is told to end a thought that is under way, and by what field a request allows that.
CONTROL = "/v1/chat/completions/control"
CONTROLLED = "reasoning_control"


class Form(NamedTuple):
    """One form: the field, and within it the keys for the wishes that it can say.

    `switch`: the key and its values for on and off; a key of `` is the field itself.
    """

    field: str
    switch: tuple[str, Json, Json] | None = None
    level: str | None = None
    budget: str | None = None


#: The values for a model's own template.
TEMPLATE = "chat_template_kwargs"

#: The forms in the order in which they are tried at a server of which nothing is known: most of them
#: drop what they do not know. Sources: llama.cpp's tools/server/README.md, vLLM's reasoning outputs,
#: openai.com's and openrouter.ai's references, api-docs.deepseek.com, TextGen's modules/api/typing.py.
FORMS: dict[str, Form] = {
    "effort": Form("reasoning_effort", ("", ON, "none"), level=""),
    "template": Form(TEMPLATE, ("enable_thinking", True, False), "reasoning_effort"),
    "template-thinking": Form(TEMPLATE, ("thinking", True, False)),
    "reasoning": Form("reasoning", ("effort", ON, "none"), "effort", "max_tokens"),
    "type": Form("thinking", ("type", "enabled", "disabled")),
    "enable": Form("enable_thinking", ("", True, False)),
    "budget": Form("thinking_token_budget", ("", None, 0), budget=""),
}


def able(form: str, wish: Wish) -> bool:
    """Tell whether a form has a word for a wish."""
    known = FORMS.get(form)
    if known is None:
        return False
    if isinstance(wish, bool):
        return known.switch is not None
    return (known.level if isinstance(wish, str) else known.budget) is not None


def set_by(form: str, wish: Wish, present: Mapping[str, Json] = NOTHING) -> JsonObject:
    """Return the parameter that says a wish, its field's other keys kept; none where nothing need be sent."""
    field, switch, level, budget = FORMS[form]
    if isinstance(wish, bool):
        key, on, off = switch if switch is not None else ("", None, None)
        value: Json = on if wish else off
    else:
        key, value = (level if isinstance(wish, str) else budget) or "", wish
    if value is None:
        return {}
    if not key:
        return {field: value}
    before = present.get(field)
    return {field: {**(before if isinstance(before, dict) else {}), key: value}}


def cleared(values: Mapping[str, Json]) -> JsonObject:
    """Return parameters without what any form says of thinking."""
    left = dict(values)
    for form in FORMS.values():
        value = left.get(form.field)
        if value is None:
            continue
        keys = _keys(form)
        if "" in keys:
            del left[form.field]
        elif isinstance(value, dict):
            rest = {key: item for key, item in value.items() if key not in keys}
            if rest:
                left[form.field] = rest
            else:
                del left[form.field]
    return left


def _keys(form: Form) -> set[str]:
    keys = {key for key in (form.level, form.budget) if key is not None}
    return keys | ({form.switch[0]} if form.switch is not None else set())


def wished(values: Mapping[str, Json]) -> Wish | None:
    """Return what parameters say of thinking, in whatever form; None where they say nothing.

    Off goes before all else, a number before a word, and a word before on.
    """
    found = [wish for form in FORMS.values() for wish in _wishes(form, values.get(form.field))]
    if False in [wish for wish in found if isinstance(wish, bool)]:
        return False
    numbers = [wish for wish in found if isinstance(wish, int) and not isinstance(wish, bool)]
    words = [wish for wish in found if isinstance(wish, str)]
    return next(iter((*numbers, *words, *found)), None)


def _wishes(form: Form, value: Json) -> Iterable[Wish]:
    """Yield what the value of a form's field says."""
    if value is None:
        return
    if form.switch is not None:
        key, on, off = form.switch
        said = _at(value, key)
        if said is not None and said == off and isinstance(said, bool) == isinstance(off, bool):
            yield False
            return
        if said is not None and said == on and form.level != key:
            yield True
    level = _at(value, form.level) if form.level is not None else None
    if isinstance(level, str) and level != "none":
        yield level
    budget = _at(value, form.budget) if form.budget is not None else None
    if isinstance(budget, int) and not isinstance(budget, bool):
        yield budget


def _at(value: Json, key: str) -> Json:
    if not key:
        return value
    return value.get(key) if isinstance(value, dict) else None


def changed(
    values: Mapping[str, Json], wish: Wish | None, switch: str, more: str = ""
) -> JsonObject:
    """Return parameters with a wish in the place of an earlier one; None takes that back.

    `switch`: the form that switches thinking, ALWAYS where none does; `more`: the form in which a level or
    a number is said, which switches it on as well.
    """
    left = cleared(values)
    if wish is None:
        return left
    if isinstance(wish, bool):
        return {**left, **set_by(switch, wish, left)}
    # Of one object, a level stands beside the switch in a template's values, and in its place elsewhere.
    if switch in FORMS and FORMS[switch].field in (TEMPLATE, *_others(more)):
        left.update(set_by(switch, True, left))
    return {**left, **set_by(more, wish, left)}


def _others(form: str) -> list[str]:
    return [other.field for other in FORMS.values() if other.field != FORMS[form].field]


def said_by(values: Mapping[str, Json]) -> JsonObject:
    """Return those of the parameters that say something of thinking."""
    left = cleared(values)
    return {name: value for name, value in values.items() if left.get(name) != value}
