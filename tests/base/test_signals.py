"""Signals on the loop, and where the loop catches none, by Python."""

import asyncio
import signal

import pytest

from zatsudan.base import signals


@pytest.fixture(params=["by the loop", "by Python"])
def caught_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by Python":

        def refuse(*_args: object) -> None:
            raise NotImplementedError

        monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", refuse)


@pytest.mark.usefixtures("caught_by")
async def test_it_is_told_until_it_is_released() -> None:
    before = signal.getsignal(signal.SIGINT)
    told = asyncio.Event()
    release = signals.listen(signal.SIGINT, told.set)
    signal.raise_signal(signal.SIGINT)
    async with asyncio.timeout(10):
        await told.wait()
    release()
    release()  # once more does no harm
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("caught_by")
async def test_outside_the_main_thread_nothing_is_caught() -> None:
    def elsewhere() -> None:
        async def listen() -> None:
            signals.listen(signal.SIGINT, lambda: None)()

        asyncio.run(listen())

    before = signal.getsignal(signal.SIGINT)
    await asyncio.to_thread(elsewhere)
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.usefixtures("caught_by")
async def test_what_was_not_set_from_python_is_given_to_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, by_python = signal.getsignal(signal.SIGINT), signal.signal

    def unknown(number: int, handler: signal.Handlers) -> None:
        by_python(number, handler)

    with monkeypatch.context() as patched:  # as where a program that embeds Python set it
        patched.setattr(signal, "getsignal", lambda _: None)
        patched.setattr(signal, "signal", unknown)
        release = signals.listen(signal.SIGINT, lambda: None)
    release()
    given_back = signal.signal(signal.SIGINT, before)
    assert given_back is signal.SIG_DFL
