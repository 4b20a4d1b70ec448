"""The catalogue: full-text search and facets with counts over what is on offer."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, Func, QuerySet

from marketplace import models
from marketplace.queries import views
from marketplace.queries.found import NoSuchListing
from marketplace.types import Facet, FacetValue, ListingView
from pricing.units import MEASURES
from registry import bigrams
from registry import queries as registry
from registry.catalogue import INDUSTRY, PRODUCT_TYPE
from registry.queries import NoSuch

PAGE_SIZE: Final = 20
LAST_PAGE: Final = 500
FACET_VALUES: Final = 20


class _BuiltQuery(SearchQuery):
    """A ``tsquery`` written out in full by ``registry.bigrams``: no parser, no configuration."""

    template = "(%(expressions)s)::tsquery"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a reader asks the catalogue: words, and one value of each facet or none."""

    text: str = ""
    holder: str = ""
    industry: str = ""
    product_type: str = ""
    form: str = ""
    page: int = 1

    def without(self, facet: str) -> Self:
        """Return the same question with one facet (or ``text``) undone, from the first page."""
        changes: dict[str, Any] = {facet: "", "page": 1}
        return replace(self, **changes)

    def parameters(self) -> dict[str, str]:
        """Return the question as the parameters of its permanent address."""
        given = {item.name: str(getattr(self, item.name)) for item in fields(self)}
        return {name: value for name, value in given.items() if value and (name, value) != ("page", "1")}


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of answers, how many there are in all, and the facets with their counts."""

    question: Question
    total: int
    listings: tuple[ListingView, ...]
    facets: tuple[Facet, ...] = field(default=())

    @property
    def pages(self) -> int:
        """How many pages the answer has."""
        return max(1, -(-self.total // PAGE_SIZE))


Rows = QuerySet[models.Listing]
Names = Callable[[Iterable[str]], dict[str, tuple[str, str]]]


def find(question: Question) -> Found:
    """Return what is on offer and matches ``question``, best first; an unknown facet value matches nothing."""
    matching = _narrowed(_asked(question.text), question)
    total = matching.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(question.page, 1), pages, LAST_PAGE)
    rows = _ordered(matching, question.text)[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Found(
        question=replace(question, page=page),
        total=total,
        listings=tuple(views.listing(row) for row in rows),
        facets=tuple(_facet(name, question) for name in FACETS),
    )


def latest(limit: int) -> tuple[ListingView, ...]:
    """Return the newest listings."""
    rows = models.Listing.objects.filter(state="listed").order_by("-listed_at")[:limit]
    return tuple(views.listing(row) for row in rows)


def listed() -> int:
    """Return how many products are on offer."""
    return models.Listing.objects.filter(state="listed").count()


def listing_of(product_id: UUID) -> ListingView:
    """Return the listing of a product: the one on offer, else the last one; raise NoSuchListing."""
    row = models.Listing.objects.filter(product__public_id=product_id).order_by("state", "-listed_at").first()
    if row is None:
        raise NoSuchListing(listing_id=product_id)
    return views.listing(row)


def known_listing(product_id: UUID) -> ListingView | None:
    """Return the listing of a product as ``listing_of`` does, or nothing for one that was never on offer."""
    with suppress(NoSuchListing):
        return listing_of(product_id)
    return None


def _asked(text: str) -> Rows:
    rows = models.Listing.objects.filter(state="listed")
    asked = bigrams.query(text)
    if asked:
        return rows.filter(search=_BuiltQuery(asked))
    return rows.none() if text.strip() else rows


def _ordered(rows: Rows, text: str) -> Rows:
    asked = bigrams.query(text)
    if not asked:
        return rows.order_by("-listed_at", "pk")
    return rows.annotate(rank=SearchRank(F("search"), _BuiltQuery(asked))).order_by("-rank", "-listed_at", "pk")


def _narrowed(rows: Rows, question: Question, *, but: str = "") -> Rows:
    for name, (column, is_array, _) in FACETS.items():
        value = getattr(question, name)
        if not value or name == but:
            continue
        if name == "holder" and not _is_uuid(value):
            return rows.none()
        rows = rows.filter(**{f"{column}__contains": [value]} if is_array else {column: value})
    return rows


def _facet(name: str, question: Question) -> Facet:
    column, is_array, names = FACETS[name]
    rows = _narrowed(_asked(question.text), question, but=name)
    value: Any = Func(F(column), function="unnest") if is_array else F(column)
    counted = rows.order_by().values(facet=value).annotate(count=Count("pk")).order_by("-count", "facet")[:FACET_VALUES]
    counts = {str(row["facet"]): row["count"] for row in counted}
    chosen = getattr(question, name)
    if chosen and (name != "holder" or _is_uuid(chosen)):
        counts.setdefault(chosen, 0)
    labels = names(counts)
    return Facet(
        name=name,
        values=tuple(
            FacetValue(value=key, name_zh=labels[key][0], name_en=labels[key][1], count=count, chosen=key == chosen)
            for key, count in counts.items()
            if key in labels
        ),
    )


def _holders(values: Iterable[str]) -> dict[str, tuple[str, str]]:
    names = {}
    for value in values:
        with suppress(NoSuch):
            holder = registry.organisation(UUID(value))
            names[value] = (holder.name_zh, holder.name_en)
    return names


def _industries(values: Iterable[str]) -> dict[str, tuple[str, str]]:
    return {value: (INDUSTRY[value].name_zh, INDUSTRY[value].name_en) for value in values if value in INDUSTRY}


def _types(values: Iterable[str]) -> dict[str, tuple[str, str]]:
    known = {str(key): (label.name_zh, label.name_en) for key, label in PRODUCT_TYPE.items()}
    return {value: known[value] for value in values if value in known}


def _forms(values: Iterable[str]) -> dict[str, tuple[str, str]]:
    known = {str(form): (measure.method_zh, measure.method_en) for form, measure in MEASURES.items()}
    return {value: known[value] for value in values if value in known}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


FACETS: Final[dict[str, tuple[str, bool, Names]]] = {
    "holder": ("holders", True, _holders),
    "industry": ("industry", False, _industries),
    "product_type": ("product_type", False, _types),
    "form": ("forms", True, _forms),
}
