"""Agreements as views, and whether a product may be traded now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from kernel.errors import Conflict
from registry.limits import local_day
from registry.models import Agreement, DataProduct
from registry.queries.affiliations import circle
from registry.queries.found import row
from registry.queries.resources import PRODUCTS, coded, product_view
from registry.types import AgreementText, AgreementView, ProductView
from registry.workflow import S26, S27, AgreementState

AGREEMENTS = Agreement.objects.select_related("agency", "operator").prefetch_related(
    "resources__registrations", "shares__organisation"
)


@dataclass(eq=False, kw_only=True)
class NotTradable(Conflict):
    """A product that may not be sold now: the reason, and the article that says so."""

    code = "registry.not_tradable"
    zh = "产品暂不可交易：{reason_zh}（{article}）。"
    en = "The product cannot be traded now: {reason_en} ({article})."
    product_id: UUID
    reason: str
    reason_zh: str
    reason_en: str
    article: str


_REASONS = {
    "not_registered": ("产品尚未完成登记", "it is not registered", f"{S27} 第十六条"),
    "registration_expired": ("产品登记已过有效期", "its registration is no longer valid", f"{S26} 第十五条"),
    "agreement_suspended": ("授权运营协议已暂停", "its agreement is suspended", f"{S27} 第十四条第八项"),
    "agreement_ended": ("授权运营协议已退出或终止", "its agreement has ended", f"{S27} 第十四条第九项、第十二项"),
    "redeveloped": (
        "由已交付产品的运营机构或其关联单位再开发",
        "its operator, or an affiliate of it, develops further what was delivered",
        f"{S27} 第六条",
    ),
    "agreement_not_filed": ("授权运营协议尚未备案", "its agreement is not filed", f"{S27} 第十三条"),
    "agreement_not_in_force": ("授权运营协议不在期限内", "its agreement is not in force", f"{S27} 第十四条第二项"),
    "out_of_scope": ("所用资源超出授权范围", "it uses a resource outside the scope", f"{S27} 第二十一条"),
    "resource_not_registered": (
        "所用资源未登记或登记已失效",
        "a resource it uses is not registered",
        f"{S27} 第十六条",
    ),
}


_STANDINGS: Mapping[str, str] = {
    AgreementState.CONCLUDED: "agreement_not_filed",
    AgreementState.SUSPENDED: "agreement_suspended",
    AgreementState.EXITED: "agreement_ended",
    AgreementState.ENDED: "agreement_ended",
    AgreementState.EXPIRED: "agreement_not_in_force",
}


def agreement_view(item: Agreement) -> AgreementView:
    """Return the view of an agreement's row."""
    return AgreementView(
        id=item.public_id,
        number=item.number,
        agency_id=item.agency.public_id,
        operator_id=item.operator.public_id,
        resource_ids=tuple(one.public_id for one in item.resources.all()),
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        revenue_shares={str(part.organisation.public_id): part.share for part in item.shares.all()},
        first_operated_on=item.first_operated_on,
        entry_id=item.entry,
        state=item.state,
    )


def agreement(agreement_id: UUID) -> AgreementView:
    """Return an agreement; raise NoSuch."""
    return agreement_view(row(AGREEMENTS.all(), agreement_id))


def agreements(*, operator_id: UUID | None = None) -> tuple[AgreementView, ...]:
    """Return the agreements, newest first, of one operator if named."""
    rows: QuerySet[Agreement] = AGREEMENTS.order_by("-pk")
    return tuple(
        agreement_view(item) for item in (rows.filter(operator__public_id=operator_id) if operator_id else rows)
    )


def agreement_text(agreement_id: UUID) -> AgreementText:
    """Return what an agreement says and how it came about; raise NoSuch."""
    item = row(Agreement.objects.select_related("selection__plan").prefetch_related("selection__bids"), agreement_id)
    return AgreementText(
        items=item.items,
        plan_name=item.selection.plan.name,
        decision_number=item.selection.plan.decision_number,
        method=item.selection.method,
        bids=len(item.selection.bids.all()),
        concluded_at=item.concluded_at,
        filed_at=item.filed_at,
        filing_number=item.filing_number,
        long_term_reason=item.long_term_reason,
        selection_id=item.selection.public_id,
        state_reason=item.state_reason,
        mode=item.mode or item.selection.plan.mode,
    )


def tradable_product(product_id: UUID, *, now: datetime) -> ProductView:
    """Return a product that may be traded at ``now``; raise NoSuch, or NotTradable with reason and article.

    It is registered and valid, its agreement is filed and in force, it develops nothing further that its own side
    delivered, and each resource it uses is in scope and registered (27号 Art 6, 13, 14, 16, 21; 26号 Art 15).
    """
    item = row(PRODUCTS.prefetch_related("agreement__resources", "resources__registrations", "bases"), product_id)
    reason = _obstacle(item, local_day(now))
    if reason:
        reason_zh, reason_en, article = _REASONS[reason]
        raise NotTradable(
            product_id=product_id, reason=reason, reason_zh=reason_zh, reason_en=reason_en, article=article
        )
    return product_view(item)


def _obstacle(item: DataProduct, today: date) -> str | None:
    registration = coded(list(item.registrations.all()))
    if registration is None or registration.valid_until is None or registration.valid_from is None:
        return "not_registered"
    if not registration.valid_from <= today < registration.valid_until:
        return "registration_expired"
    return agreement_obstacle(item.agreement, today) or _redevelopment(item) or _resource_obstacle(item, today)


def _redevelopment(item: DataProduct) -> str | None:
    """Return whether a product develops further what its own operator or an affiliate delivered (27号 Art 6)."""
    operators = {base.operator_id for base in item.bases.all()}
    return "redeveloped" if operators and operators & circle(item.operator_id) else None


def agreement_obstacle(agreed: Agreement, today: date) -> str | None:
    """Return why an agreement carries nothing on the day ``today``, or None when it does."""
    standing = _STANDINGS.get(agreed.state)
    if standing:
        return standing
    return None if agreed.valid_from <= today < agreed.valid_until else "agreement_not_in_force"


def _resource_obstacle(item: DataProduct, today: date) -> str | None:
    scope = {one.pk for one in item.agreement.resources.all()}
    if any(one.pk not in scope for one in item.resources.all()):
        return "out_of_scope"
    found = [coded(list(one.registrations.all())) for one in item.resources.all()]
    alive = all(one is not None and one.valid_until is not None and today < one.valid_until for one in found)
    return None if alive else "resource_not_registered"
