"""The live terminal as a person sees it."""

import asyncio
import random
import re
import signal
import sys
import threading
from pathlib import Path

import pytest
from prompt_toolkit.application import Application
from prompt_toolkit.renderer import Renderer

from tests.support.emulator import sitting
from tests.support.server import CUT, DONE, RESET, Script, chunk, fails, pieces_of, says, usage
from zatsudan.sessions import shelf
from zatsudan.talk.attaching import Attached
from zatsudan.talk.entered import RECALLED, TEXT
from zatsudan.terminal.live import ptk


def below(screen: str, text: str) -> str:
    """Return what stands under the last line that begins with `text`."""
    return screen[screen.rindex(text) :]


async def test_a_turn_reads_well() -> None:
    async with sitting(says("Hel", "lo.\n\n", "Second line.")) as person:
        shown = await person.say("Hi there")
        assert "» Hi there\n\nHello.\n\nSecond line.\n\nscripted · 10 in, 3 out" in shown
        # The prompt is back, with the toolbar under it.
        assert shown.endswith("»\nscripted")


async def test_japanese_wraps_by_cells() -> None:
    text = "雑談は楽しい。" * 12
    async with sitting(says(*pieces_of(text, 3)), columns=40) as person:
        shown = await person.say("日本語で")
        rows = [row for row in shown.splitlines() if "雑談" in row or "楽しい" in row]
        assert "".join(rows).replace("\n", "") == text
        assert all(len(row) <= 19 for row in rows)  # 39 cells hold 19 wide characters


async def test_a_long_reply_stands_in_scrollback_once() -> None:
    lines = [f"line {number}" for number in range(200)]
    async with sitting(says(*pieces_of("\n\n".join(lines)))) as person:
        await person.say("go on")
        rows = person.screen.scrollback().splitlines()
        assert [row for row in rows if row.startswith("line ")] == lines


async def test_typing_while_it_streams_is_kept_and_enter_queues() -> None:
    async with sitting(says("one ", "two ", "three", pause=0.1), says("second reply")) as person:
        person.type("first\r")
        await person.until("one")
        person.type("next question")
        await person.until("next question")
        person.type("\r")
        await person.until("queued: next question")
        shown = await person.at_rest()
        assert "one two three" in shown
        assert "» next question\n\nsecond reply" in shown
        assert [message["content"] for message in person.server.requests[-1].body["messages"]] == [
            "first",
            "one two three",
            "next question",
        ]


async def test_up_takes_the_queued_message_back() -> None:
    async with sitting(says("a", "b", "c", pause=0.2)) as person:
        person.type("first\r")
        await person.until("» first")
        person.type("wait\r")
        await person.until("queued: wait")
        person.type("\x1b[A")
        await person.until("» wait")
        await person.at_rest()
        assert len([request for request in person.server.requests if request.method == "POST"]) == 1


async def test_ctrl_c_keeps_what_came_and_the_server_sees_it() -> None:
    async with sitting(says(*["word "] * 50, pause=0.05)) as person:
        person.type("tell\r")
        await person.until("word word")
        person.type("\x03")
        shown = await person.at_rest()
        assert "interrupted" in shown
        await person.until(person.server.gone.is_set)
        reply = person.chat.talk.session.path()[-1]
        assert reply.message.text.startswith("word word")
        assert reply.made is not None
        assert reply.made.ended == "interrupted"


async def test_escape_before_the_first_token_gives_the_words_back() -> None:
    async with sitting(Script([5.0, chunk("late"), DONE]), says("fine")) as person:
        person.type("oops a typo\r")
        await person.until("waiting")
        person.type("\x1b")
        await person.until("stopped before the first token")
        await person.at_rest()
        assert below(person.screen.shown(), "stopped").count("» oops a typo") == 1
        person.type("\x15fixed\r")
        await person.at_rest()
        sent = person.server.requests[-1].body["messages"]
        assert [message["content"] for message in sent] == ["fixed"]


@pytest.mark.parametrize("draft", ["one line", "two\x1b\rlines", "it ends\x1b\r"])
@pytest.mark.parametrize("before", ["", "\x1b\r"])
async def test_a_command_behind_a_draft_that_came_back_is_a_command(
    draft: str, before: str
) -> None:
    refused = fails(400, {"error": {"message": "not today"}})
    async with sitting(refused, says("fine")) as person:
        person.type(draft + "\r")
        await person.until("not today")
        await person.at_rest()
        person.type(before + "/temperature 0.5\r")
        await person.until("temperature  unset → 0.5")
        await person.at_rest()
        assert draft.split("\x1b", maxsplit=1)[0] in below(person.screen.shown(), "unset → 0.5")
        person.type("\r")
        await person.at_rest()
        body = person.server.requests[-1].body
        assert body["temperature"] == 0.5
        assert body["messages"][-1]["content"].strip() == draft.replace("\x1b\r", "\n").strip()


async def test_a_reply_that_goes_in_circles_is_said_to_repeat_itself() -> None:
    circles = Script([*(chunk("Lunar Eclipse. ") for _ in range(200)), 30.0])
    async with sitting(circles) as person:
        person.type("go\r")
        shown = await person.until("it repeats itself")
        assert "/repeat_penalty 1.1" in shown


async def test_ctrl_c_in_the_moment_of_enter_loses_no_word() -> None:
    async with sitting(Script([5.0, chunk("late"), DONE])) as person:
        person.type("a thought\r\x03")
        await person.until("stopped before the first token")
        await person.at_rest()
        assert "» a thought" in below(person.screen.shown(), "stopped")


async def test_ctrl_c_while_files_are_read_loses_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def slow(text: str, *_: object) -> Attached:
        reading.set()
        go_on.wait(5)
        return Attached(text)

    monkeypatch.setattr("zatsudan.talk.attaching.attach", slow)
    async with sitting(says("never")) as person:
        person.type("look at @notes.txt\r")
        await person.until(reading.is_set)
        person.type("\x03")
        await person.until(lambda: not person.terminal.busy)
        go_on.set()
        await person.until(lambda: person.screen.shown().count("» look at @notes.txt") == 2)
        assert not [request for request in person.server.requests if request.method == "POST"]


async def test_ctrl_c_before_the_talk_is_shown_loses_no_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with sitting(says("never")) as person:
        monkeypatch.setattr(person.terminal._lines, "_opened", never)
        person.type("typed early\r")
        await person.until(lambda: person.terminal.busy)
        person.type("\x03")
        await person.until(lambda: not person.terminal.busy)
        await person.until("» typed early")


async def test_ctrl_c_at_the_prompt_clears_and_up_brings_it_back() -> None:
    async with sitting(says("x")) as person:
        person.type("half a thought")
        await person.until("half a thought")
        person.type("\x03")
        await person.until(lambda: "half a thought" not in person.screen.shown())
        person.type("\x03")
        await person.until("Ctrl-D or /quit leaves")
        person.type("\x1b[A")
        await person.until("» half a thought")


async def test_several_lines_and_a_paste() -> None:
    async with sitting(says("ok")) as person:
        person.type("one\x1b\rtwo\nthree")
        await person.until("three")
        person.type("\x1b[200~\npasted 1\npasted 2\x1b[201~")
        await person.until("pasted 2")
        await person.say("")
        sent = person.server.requests[-1].body["messages"][-1]["content"]
        assert sent == "one\ntwo\nthree\npasted 1\npasted 2"


async def test_every_failure_is_two_sentences_and_the_prompt_comes_back() -> None:
    cases = [
        (
            fails(401, {"error": {"message": "Bad key", "code": "invalid_api_key"}}),
            "does not accept the API key",
        ),
        (fails(404, {"error": "model not found"}), "does not know this model"),
        (fails(429, {"message": "slow down"}, Retry_After="3600"), "wait 60 min"),
        (fails(501, "<html><title>Oops</title></html>"), "Oops (a web page"),
        (Script([chunk("part"), CUT]), "broke"),
        (Script([chunk("part"), RESET]), "broke"),
        (Script([chunk("part")]), "did not say that the reply was done"),
        (Script([b'data: {"error": {"message": "overloaded"}}\n\n']), "overloaded"),
        (Script([b"data: {nonsense\n\n"]), "no JSON"),
        (Script([b"<html><h1>Welcome</h1></html>"]), "not a reply"),
    ]
    for script, words in cases:
        async with sitting(script, says("recovered")) as person:
            shown = await person.say("question")
            assert words in shown.replace("\n", " "), shown
            assert "Traceback" not in shown
            shown = await person.say("/retry")
            assert "recovered" in shown
            sent = person.server.requests[-1].body["messages"]
            assert [message["role"] for message in sent] == ["user"]


async def test_a_message_after_a_failure_takes_the_place_of_the_unanswered_one() -> None:
    async with sitting(fails(501, "no"), says("fine")) as person:
        await person.say("first")
        assert person.screen.shown().endswith("» first\nscripted")  # the words are back
        await person.say("\x15second")
        sent = person.server.requests[-1].body["messages"]
        assert [message["content"] for message in sent] == ["second"]


async def test_hostile_text_is_shown_and_never_obeyed() -> None:
    evil = "a\x1b]0;owned\x07b\x1b[2Jc\x9b31md\u202ee"
    async with sitting(says(*evil)) as person:
        shown = await person.say("go")
        assert "a␛]0;owned␇b␛[2Jc�31md�e" in shown
        assert "\x1b]0;" not in "".join(person.screen.raw)


async def test_a_resize_in_the_middle_loses_nothing() -> None:
    words = [f"word{number:03}" for number in range(120)]
    async with sitting(says(*(word + " " for word in words), pause=0.01)) as person:
        person.type("go\r")
        await person.until("word020")
        person.type("typed")
        person.resize(50, 24)
        await person.until("word080")
        person.resize(100, 30)
        shown = await person.at_rest()
        seen = person.screen.scrollback()
        assert [word for word in words if word not in seen] == []
        assert "» typed" in shown


async def test_a_frame_is_one_write_and_the_screen_is_never_cleared() -> None:
    async with sitting(says(*["word "] * 300, pause=0.002)) as person:
        person.screen.raw.clear()
        person.type("go\r")
        await person.at_rest()
        written = "".join(person.screen.raw)
        assert "\x1b[2J" not in written
        assert "\x1b[3J" not in written
        assert len(person.screen.raw) < 80


async def test_a_reply_moves_a_prompt_that_has_not_changed_without_making_it_anew() -> None:
    lines = [f"- line {number}\n" for number in range(40)]
    async with sitting(says(*lines, pause=0.06), columns=80, rows=24) as person:
        person.type("go\r")
        await person.until("line 3")
        made, frames = person.terminal._app.render_counter, person.terminal._surface._painter.frames
        person.terminal._app._on_resize()  # of itself, when the rows of a reply come and go
        await person.until("line 30")
        assert person.terminal._surface._painter.frames - frames > 15
        assert person.terminal._app.render_counter - made < 5
        person.type("typed")
        await person.until("line 35")
        person.type(" more")
        shown = await person.at_rest()
        assert "» typed more" in shown
        seen = re.findall(r"line (\d+)", person.screen.scrollback())
        assert seen == [str(number) for number in range(40)]


async def test_settings_are_sent_and_shown() -> None:
    async with sitting(says("ok")) as person:
        await person.say("/temperature 0.2")
        await person.say('/stop "\\n\\n" "User:"')
        shown = await person.say("/params")
        assert "* temperature" not in shown  # no reply yet to have changed since
        row = next(row for row in shown.splitlines() if row.startswith("  stop "))
        assert row.split()[:4] == ["stop", '"\\n\\n"', '"User:"', "session"]
        await person.say("hello")
        body = person.server.requests[-1].body
        assert body["temperature"] == 0.2
        assert body["stop"] == ["\n\n", "User:"]
        assert "top_p" not in body
        shown = await person.say("/temperature 3")
        assert "temperature takes a number from 0 to 2, not 3." in shown
        shown = await person.say("/unset temperature")
        assert "temperature  0.2 → unset" in shown


async def test_stream_off_is_a_reply_too() -> None:
    body = {
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "whole"},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
    }
    async with sitting(fails(200, body)) as person:
        await person.say("/stream off")
        shown = await person.say("hello")
        assert "whole" in shown
        assert "5 in, 1 out" in shown
        assert person.server.requests[-1].body["stream"] is False


async def test_unknown_command_names_the_nearest() -> None:
    async with sitting(says("ok")) as person:
        shown = await person.say("/temprature 1")
        assert "There is no command /temprature." in shown
        assert "/temperature" in shown
        shown = await person.say("//etc/hosts is a file")
        assert person.server.requests[-1].body["messages"][0]["content"] == "/etc/hosts is a file"


async def test_the_menu_explains(tmp_path: Path) -> None:
    async with sitting(says("ok"), sessions=tmp_path) as person:
        person.type("/tem")
        shown = await person.until("How freely")
        assert "/temperature [VALUE]" in shown
        person.type("\t 0.")
        await person.until("a number from 0 to 2")


async def test_sessions_are_saved_named_and_loaded(tmp_path: Path) -> None:
    async with sitting(says("first reply"), says("second reply"), sessions=tmp_path) as person:
        await person.say("remember this")
        await person.say("/save My talk")
        await person.say("/new")
        await person.say("another")
        person.type("/sessions\r")
        await person.until("Esc leaves")
        assert "My talk" in person.screen.shown()
        person.type("\x1b")
        await person.until(lambda: "Esc leaves" not in person.screen.shown())
        shown = await person.say("/load My")
        assert "» remember this\n\nfirst reply" in below(shown, "My talk · 1 turn")
        files = shelf.summaries(tmp_path)
        assert sorted(entry.name for entry in files) == ["My talk", "another"]


async def test_usage_counts_all_turns() -> None:
    async with sitting(Script([chunk("a"), chunk(finish="stop"), usage(100, 20), DONE])) as person:
        await person.say("one")
        await person.say("two")
        shown = await person.say("/usage")
        rows = [row.split() for row in shown.splitlines()]
        assert ["session", "200", "40", "·", "·", "240"] in rows


async def test_length_says_why_it_ended() -> None:
    async with sitting(says("cut", finish="length")) as person:
        shown = await person.say("go")
        assert "cut at the token limit" in shown


async def test_a_passing_fault_is_waited_for_and_said() -> None:
    async with sitting(fails(503, "busy"), says("at last")) as person:
        person.type("hello\r")
        await person.until("busy or still loading the model (503) · again in")
        shown = await person.at_rest()
        assert "at last" in shown
        assert len([request for request in person.server.requests if request.method == "POST"]) == 2


async def test_escape_ends_the_waiting() -> None:
    async with sitting(fails(503, "busy", Retry_After="50"), says("never")) as person:
        person.type("hello\r")
        await person.until("again in 50 s")
        person.type("\x1b")
        shown = await person.until("stopped before the first token")
        assert "never" not in shown


async def test_a_refused_field_is_left_out_said_and_remembered() -> None:
    refusal = {"error": {"message": "Unsupported value: 'temperature' does not support 0.2 with this model.",
                         "param": "temperature", "code": "unsupported_value"}}  # fmt: skip
    async with sitting(fails(400, refusal), says("fine"), says("again")) as person:
        await person.say("/temperature 0.2")
        shown = await person.say("hello")
        assert "scripted does not take temperature here: sent without it." in shown
        assert "fine" in shown
        await person.say("more")
        bodies = [request.body for request in person.server.requests if request.method == "POST"]
        assert ["temperature" in body for body in bodies] == [True, False, False]
        shown = await person.say("/learned")
        assert "drop temperature" in shown
        await person.say("/learned forget")
        assert "Nothing has been refused yet." in await person.say("/learned")


async def test_a_talk_too_long_for_the_server_is_shortened_once() -> None:
    refusal = {"error": {"message": "This model's maximum context length is 120 tokens. However, your messages"
                         " resulted in 400 tokens.", "code": "context_length_exceeded"}}  # fmt: skip
    async with sitting(
        says(*["reply "] * 20), says(*["reply "] * 20), fails(400, refusal), says("fits")
    ) as person:
        await person.say("first " * 10)
        await person.say("second " * 10)
        shown = await person.say("third")
        assert "takes no longer talk than 120 tokens" in shown.replace("\n", " ")
        assert "fits" in shown
        assert [
            message["content"][:5] for message in person.server.requests[-1].body["messages"]
        ] == ["secon", "reply", "third"]


@pytest.mark.parametrize("seed", range(3))
async def test_widths_that_change_at_random_moments_lose_no_word(seed: int) -> None:
    dice = random.Random(seed)
    text = "\n\n".join(
        f"para{n:02} " + " ".join(f"w{n:02}x{i:02}" for i in range(dice.randint(2, 30)))
        for n in range(30)
    )
    async with sitting(says(*pieces_of(text, 6), pause=0.003), columns=90) as person:
        person.type("go\r")
        await person.until("para00")
        person.type("typed")
        while person.terminal.busy:
            await asyncio.sleep(dice.uniform(0.02, 0.3))
            person.resize(dice.randint(40, 120), 24)
        await asyncio.sleep(0.2)
        shown = await person.at_rest()
        # What this emulator cuts off at the right when it shrinks is not ours to keep.
        rows = [
            row.split()[0]
            for row in person.screen.scrollback().splitlines()
            if row.startswith("para")
        ]
        assert list(dict.fromkeys(rows)) == [f"para{n:02}" for n in range(30)]
        assert "» typed" in shown


async def test_a_screen_cleared_in_the_middle_goes_on() -> None:
    async with sitting(says(*(f"word{n:03} " for n in range(150)), pause=0.005)) as person:
        person.type("go\r")
        await person.until("word010")
        person.type("\x0c")
        shown = await person.at_rest()
        seen = person.screen.scrollback()
        assert [n for n in range(150) if f"word{n:03}" not in seen] == []
        assert shown.splitlines()[0] != "» go"


async def test_a_reply_that_begins_in_the_top_left_corner_is_there_once() -> None:
    async with sitting(says(*(f"line{n:03}\n\n" for n in range(40))), rows=12) as person:
        person.type("\x0c")
        await person.until(lambda: person.screen.shown().startswith("»"))
        await person.say("go")
        rows = person.screen.scrollback().splitlines()
        assert [row for row in rows if row.startswith("line")] == [f"line{n:03}" for n in range(40)]
        assert rows.count("» go") == 1


async def test_the_terminal_is_not_asked_for_its_cursor() -> None:
    async with sitting(says("a\n\n" * 50)) as person:
        await person.say("go")
        assert "\x1b[6n" not in "".join(person.screen.raw)


async def test_without_the_private_parts_finished_rows_still_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ptk, "supported", lambda _app: False)
    async with sitting(says(*pieces_of("one\n\ntwo\n\nthree"))) as person:
        shown = await person.say("go")
        assert [row for row in shown.splitlines() if row in ("one", "two", "three")] == [
            "one",
            "two",
            "three",
        ]


class Hidden:
    """Hides a private name from zatsudan, as a release that renamed it; those who own it see it."""

    def __init__(self, owner: type, name: str) -> None:
        self._name, self._there = f" {name}", vars(owner).get(name)
        self.asked = 0

    def __get__(self, one: object, kind: type | None = None) -> object:
        if sys._getframe(1).f_globals["__name__"].startswith("zatsudan."):
            self.asked += 1
            raise AttributeError(self._name)
        if self._there is not None:  # a method
            return self._there.__get__(one, kind)
        return vars(one)[self._name]

    def __set__(self, one: object, value: object) -> None:
        if sys._getframe(1).f_globals["__name__"].startswith("zatsudan."):
            raise AttributeError(self._name)
        vars(one)[self._name] = value


@pytest.mark.parametrize("private", ptk.PRIVATE, ids=lambda private: private.name)
async def test_a_talk_goes_well_without_any_one_of_the_private_parts(
    private: ptk.Private, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = {"application": Application, "renderer": Renderer}[private.owner]
    hidden = Hidden(owner, private.name)
    monkeypatch.setattr(owner, private.name, hidden, raising=False)
    # Of a method that has another name there, what overrides it here is never called.
    if private.name in vars(ptk.LiveApplication):
        monkeypatch.delattr(ptk.LiveApplication, private.name)

    async with sitting(says("one\n\n", "two"), says("three")) as person:
        asked = hidden.asked
        assert not ptk.supported(person.terminal._app)
        shown = await person.say("go")
        assert "» go\n\none\n\ntwo\n\nscripted" in shown
        person.screen.resize(60, 20)
        signal.raise_signal(signal.SIGWINCH)
        person.type("half")
        await person.until("» half")
        person.type("\x0c")
        await person.until(lambda: person.screen.shown().startswith("» half"))
        assert "one\n\ntwo" in person.screen.scrollback()
        shown = await person.say(" and whole")
        assert shown.startswith("» half and whole\n\nthree\n\nscripted")
        assert hidden.asked == asked + 1  # by the question above


async def test_a_line_of_the_history_is_told_by_its_place(tmp_path: Path) -> None:
    history = tmp_path / "lines"
    history.write_text("# typed\n+/help\n\n+pasted\n\n", encoding="utf-8")
    async with sitting(says("x"), says("y"), history=history) as person:
        await person.say("new")
        buffer = person.terminal._prompt.buffer
        for expected in ("new", "pasted", "/help"):
            person.type("\x1b[A")
            await person.until(lambda expected=expected: buffer.text == expected)  # type: ignore[misc]
            assert buffer._from_end() == len(buffer._working_lines) - buffer.working_index
        assert buffer.line.first_mark == RECALLED
        person.type("\x1b[B")
        await person.until(lambda: buffer.text == "pasted")
        assert buffer.line.first_mark == TEXT


async def test_the_private_parts_are_where_this_release_has_them() -> None:
    async with sitting(says("x")) as person:
        assert ptk.supported(person.terminal._app)
        assert ptk.drawn_rows(person.terminal._app)[0] == "»"
        assert ptk.cursor(person.terminal._app).y == 0


async def test_no_color_keeps_weight_and_drops_colour() -> None:
    async with sitting(
        says("# Title\n\n**bold** and `code`"), environ={"TERM": "xterm-256color", "NO_COLOR": "1"}
    ) as person:
        await person.say("go")
        written = "".join(person.screen.raw)
        assert "\x1b[1m" in written
        assert not re.search(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;5;\d+)m(Title|code)", written)
