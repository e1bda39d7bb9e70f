"""The program in Japanese, as it stands on the screen: what is said, and that columns hold."""

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.emulator import Sitting, sitting
from tests.support.server import Request, Script, fails, pieces_of, says
from zatsudan.base import language, languages

COLD = "灯台の灯りがともる。\n\n一晩中まわり続ける。"
WARM = "- 塩\n- 嵐\n- 星\n\nそして**かもめ**が、崖の上で何度も何度も鳴く。"


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """Speak Japanese, and afterwards what was spoken before."""
    before, domain = language.speak(language.English()), gettext.textdomain()
    languages.speak("ja")
    yield
    language.speak(before)
    gettext.textdomain(domain)


def both(request: Request) -> Script:
    if not request.body:  # it tells nothing beside /v1
        return fails(404, {})
    cold = request.body.get("temperature") == 0
    return says(*pieces_of(COLD if cold else WARM))


def cell(row: str, text: str) -> int:
    """The cell of the screen at which a text begins."""
    return get_cwidth(row[: row.index(text)])


def end(row: str, text: str) -> int:
    """The cell before which it ends."""
    return cell(row, text) + get_cwidth(text)


def halves(row: str) -> list[str]:
    """What stands left and right of the bar."""
    return [half.strip() for half in row.split("│")]


async def answer(person: Sitting, line: str) -> list[str]:
    """Send a line and return the rows that came of it, without the prompt and the toolbar."""
    await person.say(line)
    rows = person.screen.scrollback().split("\n")
    begin = max(at for at, row in enumerate(rows) if row == f"» {line}")
    prompt = max(at for at, row in enumerate(rows) if row.startswith("»"))
    return [row for row in rows[begin + 1 : prompt] if row]


def holding(rows: list[str], text: str) -> str:
    """The only row that holds a text."""
    (found,) = [row for row in rows if text in row]
    return found


async def test_the_table_of_parameters() -> None:
    async with sitting(both) as person:
        await person.say("/set temperature 0.7")
        rows = await answer(person, "/params")

        head, title, temperature = rows[:3]
        assert head.split() == ["パラメーター", "値", "設定元", "範囲", "意味"]
        assert title == "トークンの選び方"
        assert temperature.split()[:3] == ["temperature", "0.7", "セッション"]
        for title, text in (("パラメーター", "temperature"), ("値", "0.7"), ("設定元", "セッ")):
            assert cell(head, title) == cell(temperature, text)
        table = rows[: rows.index(holding(rows, "· 送らない"))]
        assert [row.split()[0] for row in table[3:]] == [
            *("top_k", "top_p", "min_p", "seed", "logit_bias", "返答の繰り返しを抑えるもの"),
            *("presence_penalty", "frequency_penalty", "返答の終わり方"),
            *("stop", "max_tokens"),
        ]
        for row in (row for row in table[3:] if row.startswith(" ")):
            # The value that is not sent, and past the empty origin the range.
            assert cell(row, "·") == cell(head, "値")
            after = row[row.index("·") + 1 :]
            blanks = len(after) - len(after.lstrip())
            assert cell(row, "·") + 1 + blanks == cell(head, "範囲")
        assert all(get_cwidth(row) < 80 for row in rows)
        assert holding(rows, "· 送らない") == "· 送らない    /params all で残りも表示"


async def test_a_narrow_screen_cuts_the_meaning_and_nothing_else() -> None:
    async with sitting(both, columns=60) as person:
        await person.say("/set temperature 0.7")
        rows = await answer(person, "/params")

        assert rows[0].split() == ["パラメーター", "値", "設定元", "意味"], "no room for the range"
        assert len(rows) == 15, "ten parameters under three titles, a row each"
        assert all(get_cwidth(row) < 60 for row in rows)
        assert cell(rows[0], "設定元") == cell(rows[2], "セッション")


async def test_the_page_of_a_parameter() -> None:
    async with sitting(both) as person:
        assert await answer(person, "/help temperature") == [
            "/temperature [VALUE]",
            "トークン選びのランダムさ",
            "使える値: 0〜2 の数。事実やコードには低め（0〜0.3）、発想や文章には高め（0.8〜",
            "1.2）が向きます。1.5 を超えると支離滅裂になります。",
            "1 なら何もしません。temp とも書けます。",
            "`/temperature` で現在の値を表示し、`/temperature VALUE` で設定、`/unset",
            "temperature` で未設定に戻します。",
        ]


async def test_a_value_and_its_meaning() -> None:
    async with sitting(both) as person:
        assert (await answer(person, "/temperature"))[0] == "temperature  未設定（送らない）"
        assert await answer(person, "/set temperature 0.7") == ["temperature  未設定 → 0.7"]
        assert await answer(person, "/unset temperature") == ["temperature  0.7 → 未設定"]


async def test_a_refused_value() -> None:
    async with sitting(both) as person:
        assert await answer(person, "/temperature 5") == [
            "temperature に 5 は使えません（使える値: 0〜2 の数）。",
            "/help temperature で説明が見られます。/set! temperature ならそのまま送ります。",
        ]
        assert "未設定" in "".join(await answer(person, "/temperature"))

        assert await answer(person, "/bias x 200") == [
            "バイアスは -100 から 100 までの数値です（入力: '200'）。",
            '例: /bias " sorry" -100',
        ]


async def test_the_toolbar() -> None:
    async with sitting(both) as person:
        await person.say("/set temperature 0.7")
        shown = await person.at_rest()

        assert shown.split("\n")[-1] == "scripted · temperature 0.7"
        person.type("灯台\x1b\r")
        await person.until("Enter で送信 · Alt-Enter で改行")


async def test_a_comparison() -> None:
    async with sitting(both, rows=40) as person:
        rows = await answer(person, "/compare now temperature=0 -- 灯台")

        assert rows[0] == "2件のリクエスト（1件ずつ） · Esc で中止"
        columns = [row for row in rows if "│" in row]
        assert halves(columns[0]) == ["1  今のまま", "2  temperature 0"]
        # The bar stands in one column of the screen, beside wide characters and narrow ones.
        assert len({cell(row, "│") for row in columns}) == 1
        assert cell(holding(rows, "┼"), "┼") == cell(columns[0], "│")
        assert {*COLD.split("\n\n")} <= {halves(row)[1] for row in columns}

        head = holding(rows, "終わり")
        table = rows[rows.index(head) :][:3]
        assert head.split() == [
            *("設定", "tok", "秒", "tok/s", "dist-2", "類似", "終わり", "書き出し"),
        ]
        assert cell(head, "設定") == cell(table[1], "今のまま") == cell(table[2], "temperature 0")
        assert cell(head, "終わり") == cell(table[1], "stop") == cell(table[2], "stop")
        assert cell(head, "書き出し") == cell(table[1], "- 塩") == cell(table[2], "灯台")
        assert end(head, "dist-2") == end(table[1], "0.90") == end(table[2], "1.00")
        assert end(head, "類似") == end(table[1], "0.00") == end(table[2], "0.00")
        assert all(get_cwidth(row) < 80 for row in rows)
        assert rows[-2] == (
            "dist-2：異なる文字の組の割合、類似：三つ続きの文字で見たほかとの似かたの平均。"
        )
        assert rows[-1] == (
            "今の経路は 1、/pick N で別の返答に切り替え · /diff A B · /lab export FILE"
        )


async def test_a_blind_comparison_is_told_in_japanese_and_counted_in_english() -> None:
    async with sitting(both, rows=40) as person:
        rows = await answer(person, "/compare now temperature=0 blind -- 灯台")
        assert "今のまま" not in "".join(rows)

        told = await answer(person, "/pick 1")
        assert {row[3:] for row in told[:2]} == {"今のまま", "temperature 0"}
        ((_, labels),) = person.chat.talk.session.votes
        assert set(labels) == {"as it is now", "temperature 0"}
        table = await answer(person, "/tally")
        assert table[0].split() == ["相手", "勝ち", "負け", "引分", "勝率", "90", "%", "区間"]
        # The numbers end where their heads end.
        end = get_cwidth(table[0][: table[0].index("勝率") + 2])
        assert get_cwidth(table[1][: table[1].index("100 %") + 5]) == end


async def test_the_replies_of_one_request() -> None:
    async with sitting(says("一"), says("二"), says("三"), rows=40) as person:
        await person.say("/set n 2")
        rows = await answer(person, "何か言って")

        assert halves(rows[0]) == ["1  候補 1", "2  候補 2"]
        assert person.chat.talk.session.lab is not None
        assert [label for label, _ in person.chat.talk.session.lab.cells] == [
            "choice 1",
            "choice 2",
        ]


async def test_a_question_about_a_line_stands_whole_at_80_columns_and_at_40(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "メモ.txt").write_text("晴れ", encoding="utf-8")
    async with sitting(says("ok"), says("ok")) as person:
        person.type("\x1b[200~これ@メモ.txtを要約して\x1b[201~\r")
        shown = await person.until("メモ.txt を添付しますか。")
        assert shown.splitlines()[-2:] == [
            "» これ@メモ.txtを要約して",
            "メモ.txt を添付しますか。Enter で添付、Esc で文だけを送信します。",
        ]
        person.resize(40, 24)
        await person.until(lambda: "送信します。" in person.screen.shown().splitlines()[-1])
        shown = "".join(person.screen.shown().splitlines()[-2:])
        assert shown == "メモ.txt を添付しますか。Enter で添付、Esc で文だけを送信します。"
        person.type("\r")
        await person.until("[ファイル メモ.txt、1行]")
        await person.at_rest()
        person.type("\x1b[200~!touch X\x1b[201~\r")
        await person.until("touch X を実行しますか。")
        person.type("\x1b")
        await person.until(lambda: len(person.server.requests) >= 2)
        await person.at_rest()
    assert not (tmp_path / "X").exists()
