"""The least chat: a prompt, the stream read as zatsudan's libraries read it, the raw text printed."""

import asyncio
import json
import sys

import httpx
from prompt_toolkit import PromptSession


async def _main(base_url: str) -> None:
    session: PromptSession[str] = PromptSession()
    messages: list[dict[str, str]] = []
    async with httpx.AsyncClient(timeout=60, verify=False) as client:
        while True:
            try:
                line = await session.prompt_async("> ")
            except EOFError:
                return
            messages.append({"role": "user", "content": line})
            body = {"model": "bench", "messages": messages, "stream": True}
            reply: list[str] = []
            async with client.stream("POST", f"{base_url}/chat/completions", json=body) as response:
                async for event in response.aiter_lines():
                    if event.startswith("data: {"):
                        text = json.loads(event[6:])["choices"][0]["delta"].get("content") or ""
                        reply.append(text)
                        sys.stdout.write(text)
                        sys.stdout.flush()
            sys.stdout.write("\n")
            messages.append({"role": "assistant", "content": "".join(reply)})


asyncio.run(_main(sys.argv[1]))
