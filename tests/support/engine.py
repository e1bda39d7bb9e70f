"""The embedded engine as a program of its own, with its small model."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from zatsudan.config.settings import Local
from zatsudan.servers.choice import Server
from zatsudan.servers.engine import embedded


@contextmanager
def running(key: str = "test-key") -> Iterator[Server]:
    """Run it; yield where it answers."""
    file = embedded.model_file(Local())
    assert file is not None, "the dev group brings the model"
    name = embedded.model_name(file)
    order = {"model": str(file), "name": name, "key": key, "context": 4096}
    with subprocess.Popen(
        embedded.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        address = json.loads(process.stdout.readline())["address"]
        try:
            yield Server("local", f"{address}/v1", api_key=key, model=name)
        finally:
            process.stdin.close()
