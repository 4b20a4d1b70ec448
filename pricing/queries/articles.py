"""The law as pricing uses it: each clause with its standing, and what an amended or repealed one touches."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from kernel.errors import DomainError
from kernel.law import Article, Rate
from pricing import articles, derivation
from pricing.articles import Change, ChangeOfLaw
from pricing.fees import FeeKind
from pricing.models import ArticleRow, Fee, Plan, RevenueDecision
from pricing.queries.decisions import DECISIONS, decision_view
from pricing.queries.parameters import table
from pricing.queries.plans import plan_view
from pricing.queries.prices import FEES, fee_view, in_force
from pricing.types import ArticleView, DecisionView, FeeView, PlanView

_FACT: Final = re.compile(r"\{[^{}]*\}")
_CHARGED: Final = frozenset({FeeKind.GUIDED, FeeKind.TRIAL})
_PRICES: Final[dict[str, frozenset[FeeKind]]] = {
    "pricing.quoting.quote": _CHARGED,
    "pricing.fees.is_free": _CHARGED,
    "pricing.units.check_unit": frozenset(FeeKind),
    "pricing.fees.check_trial": frozenset({FeeKind.TRIAL}),
    "pricing.fees.check_under_ceiling": frozenset({FeeKind.GUIDED}),
    "pricing.ceilings.within_permitted_revenue": frozenset({FeeKind.GUIDED}),
    "pricing.survey.reconcile": frozenset({FeeKind.GUIDED}),
}
"""Which live prices rest on a rule; every rule of `pricing.formula` carries the guided ones."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal by its code, and what it says with gaps for its facts."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Touched:
    """What rests on a clause: rules, refusals, parameters, decisions in effect, fees and plans in force."""

    rules: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    rates: tuple[Rate, ...]
    decisions: tuple[DecisionView, ...]
    fees: tuple[FeeView, ...]
    plans: tuple[PlanView, ...]


def touched_by(document: str, article: str | None = None, *, now: datetime) -> Touched:
    """Return everything that rests on a document, or on one of its clauses, at ``now``."""
    rules, rates = articles.rules_of(document, article), table().of_article(document, article)
    kinds: set[FeeKind] = set()
    for rule in rules:
        kinds |= {FeeKind.GUIDED} if rule.startswith("pricing.formula.") else _PRICES.get(rule, frozenset())
    effective = DECISIONS.filter(state="effective")
    decided = list(effective) if FeeKind.GUIDED in kinds else [one for one in effective if _cites(one, rates)]
    live = FEES.filter(in_force(now), kind__in=kinds)
    under = FEES.filter(in_force(now), ceiling__act__decision__in=decided)
    fees = sorted({*live, *under}, key=lambda fee: (str(fee.product_id), fee.pk))
    return Touched(
        rules=rules,
        refusals=tuple(_refusals(document, article)),
        rates=rates,
        decisions=tuple(decision_view(one) for one in decided),
        fees=tuple(fee_view(one) for one in fees),
        plans=_plans_beside(fees, now=now),
    )


def _cites(decision: RevenueDecision, rates: tuple[Rate, ...]) -> bool:
    """Whether the decision was calculated with one of these rows of parameters."""
    used = derivation.parse(bytes(decision.derivation.document))["arguments"]["parameters"].values()
    versions = {(one["name"], one["jurisdiction"], one["valid_from"], Decimal(one["value"])) for one in used}
    return any((r.name, r.jurisdiction, r.valid_from.isoformat(), r.value) in versions for r in rates)


def _plans_beside(fees: list[Fee], *, now: datetime) -> tuple[PlanView, ...]:
    priced = {(fee.product_id, fee.form, fee.unit) for fee in fees}
    rows = Plan.objects.filter(in_force(now), product_id__in={product for product, _, _ in priced}).order_by("pk")
    return tuple(plan_view(one) for one in rows if (one.product_id, one.form, one.unit) in priced)


def _refusals(document: str, article: str | None) -> Iterator[Refusal]:
    """Yield pricing's refusals that name the clause, by code, with gaps where each names its facts."""
    wanted = document if article is None else f"{document} {article}"
    for kind in sorted(_kinds(DomainError), key=lambda one: one.code):
        if kind.code.startswith("pricing.") and (kind.law == wanted or (article is None and document in kind.law)):
            yield Refusal(kind.code, _FACT.sub("…", kind.zh), _FACT.sub("…", kind.en))


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def changes() -> tuple[ChangeOfLaw, ...]:
    """Return every change of law that was entered, earliest first."""
    rows = ArticleRow.objects.order_by("valid_from", "pk")
    return tuple(
        ChangeOfLaw(
            article=Article(
                document=one.document,
                article=one.article,
                title=one.title,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
            ),
            change=Change(one.change),
        )
        for one in rows
    )


def article_list(*, on: date) -> tuple[ArticleView, ...]:
    """Return every clause that pricing rests on or that was entered, by document, as it stands on a day."""
    entered = changes()
    known = {(one.document, one.article): one for one in articles.ARTICLES}
    for change in entered:
        known.setdefault((change.article.document, change.article.article), change.article)
    return tuple(_view(clause, articles.of_clause(entered, *key), on=on) for key, clause in known.items())


def article_view(document: str, article: str, *, on: date) -> ArticleView | None:
    """Return one clause as it stands on a day, None where pricing knows none of that number."""
    found = (one for one in article_list(on=on) if (one.document, one.article) == (document, article))
    return next(found, None)


def _view(clause: Article, entered: tuple[ChangeOfLaw, ...], *, on: date) -> ArticleView:
    state, since = articles.standing(clause, entered, on=on)
    number, paragraph = articles.parts(clause)
    titles = [one.article.title for one in reversed(entered) if one.article.valid_from <= on]
    coming = next((one for one in entered if one.article.valid_from > on), None)
    return ArticleView(
        document=clause.document,
        article=clause.article,
        number=number,
        clause=paragraph,
        title=next(iter(titles), clause.title),
        valid_from=clause.valid_from,
        valid_until=clause.valid_until,
        state=str(state),
        since=since,
        coming=None if coming is None else (str(coming.change), coming.article.valid_from),
        rules=articles.rules_of(clause.document, clause.article),
    )


def article_history(document: str, article: str) -> tuple[ArticleRow, ...]:
    """Return what was entered about a clause, newest first."""
    return tuple(ArticleRow.objects.filter(document=document, article=article).order_by("-valid_from", "-pk"))
