"""The language a person reads: Indonesian, unless `--lang en` or SINERGI_LANG says otherwise.

The code's own sentences are English. Catalogues are compiled gettext (.mo), read here in a few lines: the
library's reader loads the regular expressions, which takes `sinergi status` longer than all of its own work.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LANGUAGES = ("id", "en")
LANGUAGE_VARIABLE = "SINERGI_LANG"
ALL_DOMAINS = ("sinergi", "contract")


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for; Indonesian where it asks for none that exists."""
    wanted = environment.get(LANGUAGE_VARIABLE, "")[:2].lower()
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def translator(language: str, domains: Sequence[str] = ALL_DOMAINS) -> Callable[[str], str]:
    """A function from the code's English sentences to a language; what has no answer stays English."""
    if language == "en":
        return str
    answers: dict[str, str] = {}
    for domain in domains:
        answers.update(catalogue(_file(domain, language)))
    return lambda sentence: answers.get(sentence) or sentence


def catalogue(file: str) -> dict[str, str]:
    """The answers of a compiled catalogue by their English sentence; its header answers the empty one."""
    with open(file, "rb") as compiled:  # noqa: PTH123 - pathlib costs more than all of this
        data = compiled.read()

    def number(at: int) -> int:
        return int.from_bytes(data[at : at + 4], "little")

    def text(at: int) -> str:
        return data[number(at + 4) : number(at + 4) + number(at)].decode()

    # The layout of the gettext manual, section "The Format of GNU MO Files": two tables of (length, offset).
    count, originals, translations = number(8), number(12), number(16)
    return {text(originals + 8 * row): text(translations + 8 * row) for row in range(count)}


def _file(domain: str, language: str) -> str:
    room = __file__.rpartition("/")[0]
    if domain == "contract":
        import contract

        room = next(iter(contract.__path__))
    return f"{room}/locale/{language}/LC_MESSAGES/{domain}.mo"
