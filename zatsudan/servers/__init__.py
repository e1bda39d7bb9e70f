"""Servers: what each kind of them is and takes. Begin with `kinds`, one row for each kind.

It may import the config, parameters and what lies below them, and nothing that talks or draws.
"""
