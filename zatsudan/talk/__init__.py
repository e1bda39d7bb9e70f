"""A talk: the session that is held, the link to a server, and the turns that take both.

Begin with `turn`; what is sent stands in `request`, what was sent in
`rebuilding`, how in `exchange`.
"""
