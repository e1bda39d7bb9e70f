"""The choices of a request while they grow, and how they come into the journal."""

from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.sessions.made import FINISHED, INTERRUPTED, Made
from zatsudan.talk.choices import JOURNAL_SECONDS, Choices
from zatsudan.talk.talk import Talk
from zatsudan.wire import bounds
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Delta


def begun() -> tuple[Talk, Choices]:
    talk = chat_over(ScriptedClient().connect).talk
    parent = talk.say("hi")
    return talk, Choices(talk, parent.id, lambda: Made(INTERRUPTED, model="m"))


def saved(talk: Talk) -> list[str]:
    """What a crash would leave of the replies."""
    return ["".join(partial.content) for partial in talk.session.partials.values()]


def test_text_is_journaled_at_once_then_by_time_or_by_size() -> None:
    talk, choices = begun()
    choices.add(Delta(content="a"), 0.0)
    assert saved(talk) == ["a"]
    choices.add(Delta(content="b"), JOURNAL_SECONDS / 2)
    assert saved(talk) == ["a"]
    choices.add(Delta(content="c"), JOURNAL_SECONDS)
    assert saved(talk) == ["abc"]
    long = "d" * (bounds.UNSAVED + 1)
    choices.add(Delta(content=long), JOURNAL_SECONDS)
    assert saved(talk) == ["abc" + long]
    assert choices.deltas == 4


def test_what_says_nothing_is_no_beginning_of_a_node() -> None:
    talk, choices = begun()
    choices.add(Delta(), 0.0)
    assert choices.by_index == {0: 0}
    assert saved(talk) == []
    nodes, _ = choices.record(Made(INTERRUPTED), {}, 0.0)
    assert nodes == {}


def test_choices_are_kept_in_order_each_with_its_own_usage_and_times() -> None:
    talk, choices = begun()
    choices.add(Delta(1, "two", finish_reason="length"), 3.0)
    choices.add(Delta(0, "one", finish_reason="stop"), 5.0)
    usage = Usage(3, 4)
    nodes, first = choices.record(Made(FINISHED), {0: usage}, 1.0)
    assert [(index, node.message.text) for index, node in nodes.items()] == [(0, "one"), (1, "two")]
    assert [node.made and node.made.usage for node in nodes.values()] == [usage, None]
    assert [node.made and node.made.finish_reason for node in nodes.values()] == ["stop", "length"]
    assert [node.made and node.made.first for node in nodes.values()] == [4.0, 2.0]
    assert first == nodes[0].made
    assert talk.session.head == nodes[0].id


def test_a_reply_that_ended_with_nothing_is_kept() -> None:
    _, choices = begun()
    choices.add(Delta(finish_reason="stop"), 0.0)
    nodes, _ = choices.record(Made(FINISHED), {}, 0.0)
    assert [node.message.text for node in nodes.values()] == [""]
