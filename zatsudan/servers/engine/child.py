"""The program that the embedded engine's child runs: llama.cpp's own server, until standard input closes.

Run by its path, and made of the standard library and `xllamacpp` alone: it need
not find our package, and takes nothing from the directory that it is started in.
"""

import json
import os
import sys
import threading

#: Requests that the engine serves at once; they share the context.
SLOTS = 4


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve() -> None:
    """Serve as the line on standard input orders, and say at which address on standard output.

    Why it cannot is the last line on standard error.
    """
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # The engine writes to file descriptor 1 when it likes: keep our line apart from it.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # Where our own Python would find the engine, behind all that this one finds by itself.
    sys.path += order.get("places", [])
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.model_alias = {order["name"]}
    params.n_ctx = order["context"]
    params.n_parallel = SLOTS
    params.n_predict = order.get("predict", -1)
    params.sampling.penalty_repeat = order.get("repeat_penalty", 1.0)
    params.kv_unified = True  # each request may use the whole context
    # Half the cores: a thread that must wait for a busy core holds up all the others.
    params.cpuparams.n_threads = max(1, cores() // 2)
    params.cpuparams_batch.n_threads = cores()
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.endpoint_props = True
    params.ui = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    answer.write(json.dumps({"address": server.listening_address}) + "\n")
    answer.close()
    # Nobody reads what it says while it serves: the pipe would fill up, and hold it.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    threading.Event().wait()


def _die_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    serve()
