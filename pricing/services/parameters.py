"""Entering a parameter: a new law, or a province's own figure. Rows are added, never edited."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from pricing import articles, figures, kinds, queries
from pricing import parameters as rules
from pricing.models import ParameterRow
from pricing.queries.parameters import parameter_view
from pricing.services.acting import organisation_of
from pricing.services.citation import check_citation
from pricing.services.locks import one_at_a_time
from pricing.services.surveys import ReasonMissing
from pricing.types import ParameterView
from registry.limits import local_day
from registry.types import Role

LONGEST: dict[str, int] = {"document": 80, "article": 40, "source": 400}


@dataclass(eq=False, kw_only=True)
class ParameterOverlaps(Conflict):
    """A second row for the same parameter, place and first day, or one that ends before it begins."""

    code: ClassVar[str] = "pricing.parameter_overlaps"
    zh: ClassVar[str] = "参数“{name}”在 {jurisdiction} 自 {valid_from} 起已有一行，或止于 {valid_until} 早于起始日。"
    en: ClassVar[str] = "{name} has a row in {jurisdiction} from {valid_from}, or ends ({valid_until}) too early."
    law: ClassVar[str] = str(articles.SCOPE)
    name: str
    jurisdiction: str
    valid_from: date
    valid_until: date | None


@transaction.atomic
def enter_parameter(
    *,
    name: str,
    value: Decimal | str,
    jurisdiction: str,
    document: str,
    article: str,
    source: str,
    valid_from: date,
    actor: Actor,
    now: datetime,
    valid_until: date | None = None,
) -> ParameterView:
    """Enter a parameter in force from a day on, with the article and source it rests on; earlier rows stay.

    What has been calculated keeps the version it used. A mean bond yield is in force for its one year. Raises
    RoleRequired, NotAParameter, LooserThanNational, YieldOfNoPastYear, ParameterOverlaps, ReasonMissing,
    CitationUnreadable, bad figures by name.
    """
    actor.require(Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY)
    figure, _ = rules.check_row(name, value, jurisdiction, on=valid_from, table=queries.parameter_table())
    if name == rules.BOND_YIELD:
        valid_until = rules.year_of_yield(jurisdiction, valid_from, valid_until, on=local_day(now))
    words = {"document": document.strip(), "article": article.strip(), "source": source.strip()}
    if any(not 0 < len(text) <= LONGEST[field] for field, text in words.items()):
        raise ReasonMissing(what="document, article and source", what_zh="文件、条款和来源")
    check_citation(document=words["document"], article=words["article"])
    one_at_a_time("parameter", name, jurisdiction)
    taken = ParameterRow.objects.filter(name=name, jurisdiction=jurisdiction, valid_from=valid_from).exists()
    if taken or (valid_until is not None and valid_until <= valid_from):
        raise ParameterOverlaps(name=name, jurisdiction=jurisdiction, valid_from=valid_from, valid_until=valid_until)
    item = ParameterRow(
        name=name,
        value=figure,
        jurisdiction=jurisdiction,
        **words,
        valid_from=valid_from,
        valid_until=valid_until,
        entered_by=organisation_of(actor=actor),
        entered_at=now,
    )
    _tell(item, actor=actor, now=now)
    item.save()
    return parameter_view(item)


def _tell(item: ParameterRow, *, actor: Actor, now: datetime) -> None:
    item.entry_id = ledger.append(
        kind=kinds.PARAMETER_ENTERED,
        subject=f"parameter:{item.public_id}",
        payload={
            "parameter": str(item.public_id),
            "parameter_name": item.name,
            "value": figures.text(item.value),
            "jurisdiction": item.jurisdiction,
            "valid_from": item.valid_from.isoformat(),
            "article": f"{item.document} {item.article}"[:120],
        },
        actor=actor,
        now=now,
    )
