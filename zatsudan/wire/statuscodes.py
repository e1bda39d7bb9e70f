"""HTTP statuses by what they say of a request: sent again, mended, or taken to another server.

Each set answers a question of its own; they stand together, so that whoever adds a status sees all.
"""

#: They pass by themselves: the request is sent again.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
#: Behind these the reply may have been made all the same (RFC 9110, 15.6.5).
PERHAPS_MADE = frozenset({504})
#: By these a server refuses what it was asked, whoever asked; others say nothing about it.
REFUSALS = frozenset({400, 404, 405, 413, 415, 422})
#: They may refuse a field: some servers say it with a 403, some with a 500;
#: text-generation-inference and LoRAX with a 424.
OF_FIELDS = REFUSALS | {403, 424, 500}
#: Of these, by which a field is refused that the words name or mean.
IN_WORDS = frozenset({400, 403, 422})
#: They tell which value of the person's is refused; some servers have a 500 for what they cannot read.
OF_A_VALUE = frozenset({400, 422, 500})
#: They may come without a word of what is refused.
WORDLESS = frozenset({400, 415, 422, 500, 501})
#: They refuse a form of messages or of thinking: a chat template that fails is a 500.
OF_TEMPLATES = REFUSALS | {500}
#: Those below 500 that are about the server at hand, and not about what was asked.
OF_SERVER = frozenset({401, 402, 403, 404, 408, 425, 429})
