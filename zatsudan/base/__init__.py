"""Ground: errors, what is said and in which language, printable text, words, styles, addresses.

Imports the standard library alone. Begin with `printable` and `language`: nearly all else uses both.
"""
