"""Scripted servers leave nothing open."""

import asyncio
import gc
import socket
from urllib.parse import urlsplit

import pytest

from tests.support.server import says, serve


@pytest.mark.parametrize("turns", range(5))
async def test_who_comes_while_a_server_ends_is_let_go(turns: int) -> None:
    connection = socket.socket()
    connection.setblocking(False)
    async with serve(says("x")) as server:
        connection.connect_ex(("127.0.0.1", urlsplit(server.base_url).port))
        for _ in range(turns):  # accepted, a transport, a task, which begins
            await asyncio.sleep(0)
    gc.collect()  # a socket that was left open would warn
    connection.settimeout(5)
    try:
        assert connection.recv(1) == b""
    except ConnectionResetError:
        pass
    finally:
        connection.close()
