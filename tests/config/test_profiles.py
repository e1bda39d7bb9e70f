"""Editing the config file: only the profile changes, and all else stands as it was written."""

import stat
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import ConfigError
from zatsudan.config import profiles
from zatsudan.config.file import example, load
from zatsudan.config.profiles import with_profile

FIELDS = {"base_url": "https://host/v1", "model": "m-1", "api_key_env": "A_KEY", "api_key": ""}

OLD = """\
# mine
system = '''
[profiles.work]
not a table'''   # a trap

[profiles.work] # the old one
base_url = "https://host/v1"  # here
api_key_command = "pass show work"
# what it costs
context_length = 4096
headers = { "X-Team" = "chat" }

[profiles.work.prices]
"m-1" = { input = 1.0 }

[screen]
keys = "vi"
"""


def test_a_new_file_holds_the_profile_and_nothing_else() -> None:
    assert with_profile("", "work", FIELDS, default=True) == (
        'profile = "work"\n\n[profiles.work]\nbase_url = "https://host/v1"\n'
        'model = "m-1"\napi_key_env = "A_KEY"\n'
    )
    assert with_profile("", "work", FIELDS, default=False).startswith("[profiles.work]\n")


def test_the_example_keeps_every_line() -> None:
    edited = with_profile(example(), "mine", FIELDS, default=True)

    left = [line for line in edited.splitlines() if line not in example().splitlines()]
    assert left == [
        'profile = "mine"',
        "[profiles.mine]",
        'base_url = "https://host/v1"',
        'model = "m-1"',
        'api_key_env = "A_KEY"',
    ]
    gone = [line for line in example().splitlines() if line not in edited.splitlines()]
    assert gone == ['profile = ""']


def test_of_the_same_server_the_persons_own_keys_and_comments_stay() -> None:
    edited = with_profile(OLD, "work", FIELDS, default=False)

    assert tomllib.loads(edited)["profiles"]["work"] == {
        "base_url": "https://host/v1",
        "model": "m-1",
        "api_key_env": "A_KEY",
        "context_length": 4096,
        "headers": {"X-Team": "chat"},
        "prices": {"m-1": {"input": 1.0}},
    }
    assert "# what it costs\ncontext_length" in edited
    assert edited.endswith('[screen]\nkeys = "vi"\n')


def test_of_another_server_no_header_or_key_stays() -> None:
    fields = {**FIELDS, "base_url": "https://other/v1"}

    work = tomllib.loads(with_profile(OLD, "work", fields, default=False))["profiles"]["work"]

    assert work == {"base_url": "https://other/v1", "model": "m-1", "api_key_env": "A_KEY"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'profile = "local"\n'),
        ("# only this\n", 'profile = "local"\n\n# only this\n'),
        ('profile = "a#b" # why\n', 'profile = "local" # why\n'),
        ('profile = "a"', 'profile = "local"'),
        ('"profile" = "a"\r\n', '"profile" = "local"\r\n'),
        ('system = "x"', 'profile = "local"\n\nsystem = "x"'),
        ("[screen]\nnotify_seconds = 1\n", 'profile = "local"\n\n[screen]\nnotify_seconds = 1\n'),
        (
            'system = "x"\r\n# of the screen\r\n[screen]\r\n',
            'profile = "local"\r\n\r\nsystem = "x"\r\n# of the screen\r\n[screen]\r\n',
        ),
    ],
)
def test_the_default_stands_before_all_tables(before: str, after: str) -> None:
    assert with_profile(before, "local", {}, default=True) == after


INLINE = 'base_url = "https://host/v1", model = "m-1"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('profiles.work = { base_url = "https://host/v1" }\n', f"profiles.work = {{ {INLINE}"),
        ('profiles = { a = {} }\n', 'profiles = { a = {}, work = {base_url = "https://host/v1"'),
        (
            '[profiles]\nwork.base_url = "https://host/v1"\n',
            '[profiles]\nwork.base_url = "https://host/v1"\nwork.model = "m-1"\n',
        ),
        ('[profiles]\nwork = { base_url = "https://host/v1" } # mine\n', f"[profiles]\nwork = {{ {INLINE}"),
        ("[profiles]\n[profiles.b]\n", "[profiles]\n[profiles.b]\n\n[profiles.work]\n"),
    ],
)  # fmt: skip
def test_a_profile_is_put_in_however_the_table_is_written(before: str, after: str) -> None:
    edited = with_profile(before, "work", FIELDS, default=False)

    assert edited.startswith(after)
    assert tomllib.loads(edited)["profiles"]["work"]["api_key_env"] == "A_KEY"


def test_new_keys_stand_beside_the_old_and_no_comment_changes_its_owner() -> None:
    text = (
        '[profiles.work]\nbase_url = "https://host/v1"\nheaders.A = "b"\n\n'
        "# what it costs\n[profiles.work.prices]\nx = { input = 1.0 }\n\n# the screen\n[screen]\n"
    )
    own = 'base_url = "https://host/v1"\nmodel = "m-1"\napi_key_env = "A_KEY"\n'

    same = with_profile(text, "work", FIELDS, default=False)
    other = with_profile(text, "work", {**FIELDS, "base_url": "https://other/v1"}, default=False)

    assert same == text.replace('base_url = "https://host/v1"\n', own)
    assert other == (
        "[profiles.work]\n" + own.replace("host", "other")
        + "\n# what it costs\n\n# the screen\n[screen]\n"
    )  # fmt: skip


@pytest.mark.parametrize("url", ["https://host/v1", "https://other/v1"])
def test_a_profile_in_several_pieces_is_put_in_whole(url: str) -> None:
    text = '[profiles.work.headers]\nA = "b"\n[screen]\n[profiles.work]\nbase_url = "https://host/v1"\n'

    edited = tomllib.loads(with_profile(text, "work", {**FIELDS, "base_url": url}, default=False))

    work = {"base_url": url, "model": "m-1", "api_key_env": "A_KEY"}
    kept = {"headers": {"A": "b"}} if "host" in url else {}
    assert edited == {"screen": {}, "profiles": {"work": {**work, **kept}}}


@pytest.mark.parametrize("error", [tomlkit.exceptions.ParseError(1, 1), IndexError, RecursionError])
def test_what_the_library_cannot_edit_is_refused(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(_text: str) -> None:
        raise error

    monkeypatch.setattr(tomlkit, "parse", parse)
    with pytest.raises(ConfigError, match="work cannot be put into it") as caught:
        with_profile(OLD, "work", FIELDS, default=False)

    assert "another name" in caught.value.advice


def test_what_does_not_mean_what_was_wanted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = tomlkit.parse('profile = "x"')
    monkeypatch.setattr(tomlkit, "parse", lambda _: other)
    with pytest.raises(ConfigError, match="work cannot be put into it"):
        with_profile(OLD, "work", {}, default=True)


names = st.from_regex(r"[A-Za-z_][\w.-]{0,8}", fullmatch=True)
values = st.text(st.characters(codec="utf-8"), max_size=12)
lines = st.one_of(
    st.sampled_from(
        ["", "# a comment", "[screen]", "[profiles.other]", "[profiles.other.headers]"]
    ),
    st.tuples(names, st.sampled_from(["1", "'x'", '"""\n[a]\n"""', "[\n1,\n2]", "{ a = 1 }"])).map(
        lambda pair: f'"{pair[0]}" = {pair[1]}'
    ),
)


@given(st.lists(lines, max_size=8), names, values, st.booleans())
def test_the_result_means_the_old_file_with_the_profile(
    some: list[str], name: str, model: str, default: bool
) -> None:
    text = "\n".join(some)
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a key or table twice
    fields = {**FIELDS, "model": model}

    try:
        edited = with_profile(text, name, fields, default=default)
    except ConfigError:
        assert isinstance(before.get("profiles", {}).get(name, {}), int | str | list | dict)
        return

    after = tomllib.loads(edited)
    written = {key: value for key, value in fields.items() if value}
    assert after["profiles"][name].items() >= written.items()
    assert all(line in edited for line in some if line.startswith("#"))
    others = {key: value for key, value in before.items() if key not in ("profiles", "profile")}
    assert {key: after[key] for key in others} == others


# --- on disk ----------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.posix  # modes of files
def test_a_file_with_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "zatsudan" / "config.toml"
    profiles.save(path, "work", {**FIELDS, "api_key_env": "", "api_key": "sk-x"}, default=True)

    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert load(path).profiles["work"].api_key == "sk-x"

    path.chmod(0o644)
    profiles.save(path, "work", {**FIELDS, "api_key": "sk-x"}, default=True)
    assert mode(path) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.posix
def test_a_file_without_a_key_stays_as_open_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('\ufeff[screen]\r\nkeys = "vi"\r\n', newline="")
    path.chmod(0o644)
    link = tmp_path / "link.toml"
    link.symlink_to(path)

    profiles.save(link, "work", FIELDS, default=False)

    assert link.is_symlink()
    assert mode(path) == 0o644
    data = path.read_bytes().decode()
    assert data.startswith('\ufeff[screen]\r\nkeys = "vi"\r\n\r\n[profiles.work]\r\n')
    assert load(path).profiles["work"].model == "m-1"


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[screen\n")

    with pytest.raises(ConfigError, match="not valid TOML"):
        profiles.save(path, "work", FIELDS, default=False)

    assert path.read_text() == "[screen\n"


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"cannot be (written|read)") as caught:
        profiles.save(tmp_path / "file" / "config.toml", "work", FIELDS, default=False)

    assert caught.value.advice


@pytest.mark.posix  # modes of files
@pytest.mark.parametrize(
    ("fields", "old"),
    [
        ({"base_url": "https://me:pw@host/v1"}, ""),
        (
            {"base_url": "https://host/v1"},
            '[profiles.b]\nheaders = { Authorization = "Bearer x" }\n',
        ),
        ({"base_url": "https://host/v1"}, '[profiles.b]\nquery = { sig = "x" }\n'),
        ({"base_url": "https://host/v1", "api_key": "k"}, ""),
    ],
)
def test_a_file_with_any_secret_in_it_is_for_its_owner_only(
    fields: dict[str, str], old: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(old)
    path.chmod(0o644)
    profiles.save(path, "a", {"model": "m", **fields}, default=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.posix
def test_a_file_without_one_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    path.chmod(0o644)
    profiles.save(path, "a", FIELDS, default=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
