"""Characters: the cards of other programs (V1, V2, V3), read, filled in, and put into what is sent.

Begin with `card`, the value that a session keeps. `cardfile` finds the card's JSON in a file,
`cardfields` reads it, `macros` fills it in; `lorebook` tells which entries of its lorebook hold
for a talk, `framing` makes of all that what stands around the messages of a request.
"""
