"""Parameters in force: those that came with the platform and the rows entered since, nearest jurisdiction first."""

from datetime import date
from uuid import UUID

from kernel.law import Article, Rate, RateTable
from pricing import parameters as rules
from pricing.models import ParameterRow
from pricing.types import ParameterView
from registry import queries as registry


def _rate(item: ParameterRow) -> Rate:
    unit = rules.ENTERABLE[item.name][0]
    article = Article(document=item.document, article=item.article, valid_from=item.valid_from)
    return Rate(
        name=item.name,
        value=item.value,
        unit=unit,
        article=article,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        jurisdiction=item.jurisdiction,
    )


def table() -> RateTable:
    """Return every dated parameter, entered rows included."""
    return rules.TABLE.extended(_rate(item) for item in ParameterRow.objects.order_by("pk"))


def rate_in_force(name: str, *, on: date, region: str = "") -> rules.Parameter:
    """Return the parameter in force on a day for a region; raise NoRate."""
    return rules.nearest(name, on=on, region=region, table=table())


def bond_yield(year: int) -> tuple[rules.Parameter, str] | None:
    """Return the mean 10-year bond yield of a year as entered, with its source and version, or None."""
    rows = ParameterRow.objects.filter(name=rules.BOND_YIELD, valid_from=date(year, 1, 1))
    item = rows.order_by("pk").first()
    if item is None:
        return None
    found = rate_in_force(rules.BOND_YIELD, on=item.valid_from)
    return found, f"{item.source}，版本 {found.version}"


def region_of(agreement_id: UUID) -> str:
    """Return the region code of the agency that granted an agreement."""
    return registry.organisation(registry.agreement(agreement_id).agency_id).region


def parameter_list() -> tuple[ParameterView, ...]:
    """Return every parameter by name, place and day: what the law came with first, then what was entered."""
    built = [
        ParameterView(
            name=rate.name,
            value=rate.value,
            unit=rate.unit,
            jurisdiction=rate.jurisdiction,
            document=rate.article.document,
            article=rate.article.article,
            source=str(rate.article),
            valid_from=rate.valid_from,
            valid_until=rate.valid_until,
            entry_id=None,
        )
        for rate in rules.TABLE.rates
    ]
    entered = [parameter_view(item) for item in ParameterRow.objects.order_by("pk")]
    return tuple(sorted([*built, *entered], key=lambda one: (one.name, one.jurisdiction != "CN", one.valid_from)))


def parameter_view(item: ParameterRow) -> ParameterView:
    """Return the view of an entered row."""
    return ParameterView(
        name=item.name,
        value=item.value,
        unit=rules.ENTERABLE[item.name][0],
        jurisdiction=item.jurisdiction,
        document=item.document,
        article=item.article,
        source=item.source,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        entry_id=item.entry_id,
    )
