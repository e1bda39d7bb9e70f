"""What a server tells of itself beside a reply, without the keys that it may have repeated."""

from zatsudan.base.errors import StatusError
from zatsudan.base.secrets import Secrets
from zatsudan.wire.protocol import Chunk


def facts_of(chunk: Chunk) -> tuple[str, ...]:
    """Return what a chunk tells of the reply, which nearly all of a stream tell alike."""
    facts: tuple[str, ...] = (
        chunk.id, chunk.model, chunk.fingerprint, chunk.tier, chunk.stopped,
    )  # fmt: skip
    for delta in chunk.deltas:
        if delta.finish_reason:
            facts = (*facts, delta.finish_reason)
    return facts


def chunk_without(chunk: Chunk, facts: tuple[str, ...], secrets: Secrets) -> Chunk:
    """Return a chunk whose facts about itself hold no secret; its text stays as it is.

    `facts`: those of `facts_of`.
    """
    hidden = secrets.hidden
    if secrets.found("\n".join(facts)):
        chunk = chunk._replace(
            id=hidden(chunk.id),
            model=hidden(chunk.model),
            fingerprint=hidden(chunk.fingerprint),
            tier=hidden(chunk.tier),
            stopped=hidden(chunk.stopped),
            deltas=tuple(
                delta._replace(finish_reason=hidden(delta.finish_reason or "") or None)
                for delta in chunk.deltas
            ),
        )
    if chunk.usage is not None and chunk.usage.told:
        told = secrets.hidden_json(dict(chunk.usage.told))
        if isinstance(told, dict):
            chunk = chunk._replace(usage=chunk.usage._replace(told=told))
    return chunk


def refusal_without(error: StatusError, secrets: Secrets) -> StatusError:
    """Return a refusal that came with the status 200, without secrets."""
    message, code, param = map(secrets.hidden, (error.message, error.code, error.param))
    return StatusError(error.status, message, code=code, param=param)
