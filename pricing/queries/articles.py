"""What an amended or repealed article touches: rules, parameters and live prices, in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kernel.law import Rate
from pricing import articles
from pricing.fees import FeeKind
from pricing.models import Fee, RevenueDecision
from pricing.queries.decisions import DECISIONS, decision_view
from pricing.queries.parameters import table
from pricing.queries.prices import FEES, fee_view, in_force
from pricing.types import DecisionView, FeeView

_TRIAL_RULES: Final = frozenset({"pricing.fees.check_trial"})
_GUIDED_RULES: Final = frozenset(
    {
        "pricing.ceilings.within_permitted_revenue",
        "pricing.fees.check_under_ceiling",
        "pricing.formula.permitted_revenue",
        "pricing.formula.profit_rate",
    }
)


@dataclass(frozen=True, slots=True)
class Touched:
    """What rests on an article: names of rules, dated parameters, decisions in effect and fees in force."""

    rules: tuple[str, ...]
    rates: tuple[Rate, ...]
    decisions: tuple[DecisionView, ...]
    fees: tuple[FeeView, ...]


def touched_by(document: str, article: str | None = None, *, now: datetime) -> Touched:
    """Return everything that rests on a document, or on one of its articles, at ``now``."""
    rules = articles.rules_of(document, article)
    guided = not _GUIDED_RULES.isdisjoint(rules)
    kinds = {FeeKind.GUIDED} if guided else set()
    kinds |= {FeeKind.TRIAL} if not _TRIAL_RULES.isdisjoint(rules) else set()
    live = FEES.filter(in_force(now), kind__in=kinds).order_by("product_id") if kinds else Fee.objects.none()
    decided = DECISIONS.filter(state="effective") if guided else RevenueDecision.objects.none()
    return Touched(
        rules=rules,
        rates=table().of_article(document, article),
        decisions=tuple(decision_view(item) for item in decided),
        fees=tuple(fee_view(item) for item in live),
    )
