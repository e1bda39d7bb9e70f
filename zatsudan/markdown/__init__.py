"""Markdown to blocks and inline pieces, whole or growing; its code blocks and its links.

Knows no cells, no colours and no screen, and imports nothing but the standard
library, markdown-it (`inline`, `bareaddresses` and `ending` alone) and `base.printable`.
Begin with `leaves` (what a text is made of), then `blocks` (line by line), `inline`,
`bareaddresses` and `stretches` (inside a block). Whole texts are read by `reading`, growing ones by `growing`;
`codeblocks` and `links` answer what commands, exports and attachments ask.
"""
