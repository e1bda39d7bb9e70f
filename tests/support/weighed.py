"""Replies whose log probabilities are known to the last digit."""

import math

from tests.support.server import DONE, Script, chunk, event

#: A place where 0.6, 0.3 and 0.1 are all there is.
OPTIONS = {" cat": 0.6, " dog": 0.3, " eel": 0.1}


def told(text: str, options: dict[str, float]) -> dict[str, object]:
    def entry(token: str, p: float) -> dict[str, object]:
        return {"token": token, "bytes": list(token.encode()), "logprob": math.log(p)}

    return {
        **entry(text, options[text]),
        "top_logprobs": [entry(token, p) for token, p in options.items()],
    }


def bytewise(data: bytes) -> Script:
    """Stream a text whose tokens are single bytes; a character comes with its last one."""
    events, begun = [], b""
    for at in range(len(data)):
        begun += data[at : at + 1]
        try:
            text = begun.decode()
        except UnicodeDecodeError:
            text = ""
        begun = b"" if text else begun
        entry = {"token": "", "bytes": [data[at]], "logprob": math.log(0.5), "top_logprobs": []}
        choice = {"index": 0, "delta": {"content": text}, "logprobs": {"content": [entry]}}
        events.append(event({"choices": [choice]}))
    return Script([*events, chunk(finish="stop"), DONE])


def reply(*texts: str) -> Script:
    events = [
        event(
            {
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": text},
                        "logprobs": {"content": [told(text, OPTIONS)]},
                    }
                ]
            }
        )
        for text in texts
    ]
    return Script([*events, chunk(finish="stop"), DONE])
