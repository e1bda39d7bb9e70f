"""What stands behind a fence."""


def language(info: str) -> str:
    """The language a fence's info string names: its first word, without decoration."""
    words = info.strip().split(None, 1)
    return words[0].strip("{}.").split("{")[0].split(",")[0].lower() if words else ""
