"""Full-text search for Chinese without any extension: bigrams for Han characters, words for everything else.

A document becomes the text of a PostgreSQL ``tsvector`` with positions and weights, a question that of a ``tsquery``.
Both are built here, so the result does not depend on the database's parser, locale or version.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAX_POSITION = 16_383  # PostgreSQL keeps no larger position
MAX_TERM = 64
MAX_QUERY = 200

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")


class Passage(NamedTuple):
    """One field of a document and how much a hit in it counts: A (most), B, C or D."""

    weight: str
    text: str


def runs(text: str) -> Iterator[str]:
    """Yield the unbroken runs of Han characters and the words of ``text``, folded to one width and one case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for match in _RUN.finditer(folded):
        yield match.group()[:MAX_TERM] if not _IS_HAN.match(match.group()) else match.group()


def terms(run: str) -> list[str]:
    """Return the index terms of one run: a word as it is; Han characters as bigrams, then the last one alone.

    The last character stands alone so that a question of one character, asked as a prefix, finds it too.
    """
    if not _IS_HAN.match(run):
        return [run]
    return [run[i : i + 2] for i in range(len(run))]


def document(passages: Sequence[Passage]) -> str:
    """Build the text of a ``tsvector`` from weighted passages; terms keep their order, passages never touch."""
    lexemes: list[str] = []
    position = 0
    for passage in passages:
        for run in runs(passage.text):
            for term in terms(run):
                position = min(position + 1, MAX_POSITION)
                lexemes.append(f"'{term}':{position}{passage.weight}")
        position = min(position + 1, MAX_POSITION)
    return " ".join(lexemes)


def query(text: str) -> str:
    """Build the text of a ``tsquery`` that every run of ``text`` must match; empty when nothing can be searched for.

    Two or more Han characters match as an exact substring, one matches anywhere, a word matches by its beginning.
    """
    return " & ".join(_asked(run) for run in runs(text[:MAX_QUERY]))


def _asked(run: str) -> str:
    if not _IS_HAN.match(run) or len(run) == 1:
        return f"'{run}':*"
    return "(" + " <-> ".join(f"'{term}'" for term in terms(run)[:-1]) + ")"
