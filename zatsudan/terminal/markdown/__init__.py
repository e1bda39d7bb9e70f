"""Markdown to rows of a terminal, whole or as it streams; see `stream`."""
