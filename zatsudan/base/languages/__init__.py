"""The languages that zatsudan speaks besides English, and the choice of one.

A language is a gettext catalogue: `ja.po` is what people edit, and
`ja/LC_MESSAGES/zatsudan.mo` what is read at the start; `python -m tests.generate`
collects the sentences of the source and compiles. A further one is a further file, empty at first.
"""

import os
from collections.abc import Mapping

from zatsudan.base import language

DOMAIN = "zatsudan"
HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is a tenth of what --help costs

#: What the config may name, besides `auto`: English, and each catalogue there is.
_FILES = os.listdir(HERE)  # noqa: PTH208 - as above
LANGUAGES = ("en", *sorted(name[:-3] for name in _FILES if name.endswith(".po")))


def choose(wish: str, environ: Mapping[str, str]) -> str:
    """Return the language to speak: the one wished for, or with `auto` that of the locale.

    The variables are read as gettext reads them: LANGUAGE is a list, and counts
    only beside a locale that is not C; of the others the first that is set decides.
    """
    if wish in LANGUAGES:
        return wish
    locale = next(
        (environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), ""
    )
    if _plain(locale) in ("", "c", "posix"):
        return "en"
    for name in (*environ.get("LANGUAGE", "").split(":"), locale):
        if _plain(name) in LANGUAGES:
            return _plain(name)
    return "en"


def _plain(locale: str) -> str:
    """Return the language of a locale's name: `ja` of `ja_JP.UTF-8`."""
    return locale.replace(".", "_").replace("-", "_").split("_")[0].lower()


def speak(name: str) -> None:
    """Say everything in that language from now on; argparse too speaks it then."""
    if name == "en":
        language.speak(language.English())
        return
    import gettext

    language.speak(gettext.translation(DOMAIN, HERE, [name]))
    gettext.bindtextdomain(DOMAIN, HERE)  # argparse looks its own words up there
    gettext.textdomain(DOMAIN)
