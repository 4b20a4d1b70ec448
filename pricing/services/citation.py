"""Citing the law: a clause is entered by its document number and its own, as the ledger can show it to everyone."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from kernel.errors import InvalidInput
from ledger import words
from pricing import articles

_CITED: Final = re.compile(words.ARTICLE["pattern"])


@dataclass(eq=False, kw_only=True)
class CitationUnreadable(InvalidInput):
    """A document or clause that is not numbered as documents are."""

    code: ClassVar[str] = "pricing.citation_unreadable"
    zh: ClassVar[str] = "“{citation}”不是规范的文号和条款；请写成“闽发改价格〔2026〕1号”和“第三条”这样的形式。"
    en: ClassVar[str] = (
        "{citation} is no document number and clause; write them as in 闽发改价格〔2026〕1号 and 第三条."
    )
    law: ClassVar[str] = str(articles.SCOPE)
    citation: str


def check_citation(*, document: str, article: str) -> None:
    """Raise CitationUnreadable unless document and article are numbered as the law numbers them."""
    citation = f"{document} {article}"
    if len(citation) > words.ARTICLE["maxLength"] or not _CITED.fullmatch(citation):
        raise CitationUnreadable(citation=citation[:130])
