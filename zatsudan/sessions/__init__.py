"""Sessions: a tree of messages, its records, what is sent of it, and the journals on the disk.

Begin with `session` and `records`: `apply` is the one way in which a session changes.
"""
