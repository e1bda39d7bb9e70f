"""The plain terminal: text as it comes, nothing redrawn.

Begin with `terminal`.
"""
