"""The table of parameters: every request field that steers a reply is one row.

Imports `base` alone. Begin with `table`, which joins the rows of each subject (`choosing`,
`repetition`, `length`, `format`, `reasoning`, `further`). What a row is stands in `row`, the
kinds of values in `values`, and how settings are read from a line in `assignments`.
"""
