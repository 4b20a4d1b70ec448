"""Entering a change of law: a clause made, amended or repealed from a day on. Rows are added, never edited."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from pricing import articles, kinds, queries
from pricing.articles import Change
from pricing.models import ArticleRow
from pricing.services.acting import organisation_of
from pricing.services.citation import check_citation
from pricing.services.locks import one_at_a_time
from pricing.services.surveys import ReasonMissing
from pricing.types import ArticleView
from registry.types import Role

LONGEST: Final = {"document": 80, "article": 40, "title": 200, "source": 400}


@dataclass(eq=False, kw_only=True)
class ChangeDoesNotFit(Conflict):
    """A change of a clause nobody knows, a clause made twice, or a change not after the last one."""

    code: ClassVar[str] = "pricing.change_does_not_fit"
    zh: ClassVar[str] = "“{clause}”现为“{state}”，自 {valid_from} 起不能作“{change}”；生效日须晚于已有变动（{last}）。"
    en: ClassVar[str] = (
        "{clause} is {state}; it cannot be {change} from {valid_from}, and a change comes after the last ({last})."
    )
    law: ClassVar[str] = str(articles.SCOPE)
    clause: str
    state: str
    change: str
    valid_from: date
    last: date | None


@transaction.atomic
def enter_article(
    *,
    document: str,
    article: str,
    change: Change,
    title: str,
    source: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
    valid_until: date | None = None,
) -> ArticleView:
    """Enter what becomes of a clause from a day on; earlier rows, and what was decided under them, stay.

    Returns the clause as it stands on that day; `queries.touched_by` lists what rests on it. Raises RoleRequired,
    ReasonMissing, CitationUnreadable, ChangeDoesNotFit.
    """
    actor.require(Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY)
    words = {"document": document, "article": article, "title": title, "source": source}
    words = {name: " ".join(text.split()) for name, text in words.items()}
    if any(not 0 < len(text) <= LONGEST[name] for name, text in words.items()):
        raise ReasonMissing(what="document, article, title and source", what_zh="文件、条款、标题和来源")
    check_citation(document=words["document"], article=words["article"])
    one_at_a_time("article", words["document"], words["article"])
    _check(words["document"], words["article"], Change(change), valid_from, valid_until)
    item = ArticleRow(
        **words,
        change=Change(change),
        valid_from=valid_from,
        valid_until=valid_until,
        entered_by=organisation_of(actor=actor),
        entered_at=now,
    )
    item.entry_id = _tell(item, actor=actor, now=now)
    item.save()
    view = queries.article_view(item.document, item.article, on=max(valid_from, item.valid_from))
    if view is None:
        raise queries.NoSuch(thing="article", thing_zh="条款", id=item.public_id)
    return view


def _check(document: str, article: str, change: Change, valid_from: date, valid_until: date | None) -> None:
    known = queries.article_view(document, article, on=valid_from)
    rows = queries.article_history(document, article)
    last = rows[0].valid_from if rows else None if known is None else known.valid_from
    fresh = known is None or known.state == "repealed"
    orderly = (last is None or valid_from > last) and (valid_until is None or valid_until > valid_from)
    if not orderly or fresh is not (change is Change.ENACTED):
        raise ChangeDoesNotFit(
            clause=f"{document} {article}",
            state="unknown" if known is None else known.state,
            change=str(change),
            valid_from=valid_from,
            last=last,
        )


def _tell(item: ArticleRow, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.ARTICLE_ENTERED,
        subject=f"article:{item.public_id}",
        payload={
            "row": str(item.public_id),
            "change": str(item.change),
            "clause": f"{item.document} {item.article}",
            "valid_from": item.valid_from.isoformat(),
            "article": str(articles.SCOPE),
        },
        actor=actor,
        now=now,
    )
