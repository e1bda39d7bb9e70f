"""The table of parameters: every request field that steers a reply is one row.

Imports `base` alone. Begin with `table`; the kinds of values stand in `values`.
"""
