"""What goes over the wire: bytes to events, chunks and replies, and refusals understood.

Standard library only, no clock, no network. Begin with `protocol` and `chunkjson`, then `reader` and `reply`.
"""
