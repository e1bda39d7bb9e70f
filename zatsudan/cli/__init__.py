"""The command line: arguments, subcommands, one-shot; puts the parts together.

Begin with `main`.
"""
