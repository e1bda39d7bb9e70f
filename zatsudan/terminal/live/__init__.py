"""The live screen: the prompt stays alive below while replies are drawn above it.

Begin with `program`, which runs it, and `screen`, which owns what is drawn.
"""
