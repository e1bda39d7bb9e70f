"""Connecting by questions: which server, its key, the model, a name.

Begin with `setup`.
"""
