"""The blocks and pieces of `zatsudan.markdown` to rows of a terminal, whole or as it streams; see `rendering`."""
