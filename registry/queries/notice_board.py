"""The public notice board: what is on notice, or was, narrowed by words, registrant, industry, region or kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from registry.queries.property_rights import right_notices
from registry.queries.registrations import REGISTRATIONS, notice_view
from registry.types import NoticeView, RightView, SubjectKind
from registry.workflow import State

MOST: Final = 500


@dataclass(frozen=True, kw_only=True)
class BoardQuestion:
    """What a reader narrows the board by; nothing asked shows all that runs."""

    text: str = ""
    kind: str = ""
    industry: str = ""
    region: str = ""
    holder_id: UUID | None = None
    past: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> BoardQuestion:
        """Return the question in an address's parameters; what makes no sense is not asked."""
        holder = given.get("holder", "")
        return cls(
            text=given.get("text", "").strip()[:100],
            kind=given.get("kind", "") if given.get("kind") in {*SubjectKind, "right"} else "",
            industry=given.get("industry", "")[:1],
            region=given.get("region", "")[:6] if given.get("region", "").isdecimal() else "",
            holder_id=UUID(holder)
            if len(holder) == 36 and holder.replace("-", "").isalnum() and _is_hex(holder)
            else None,
            past=given.get("when") == "past",
        )


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF-" for character in text) and text.count("-") == 4


def board(question: BoardQuestion, *, now: datetime) -> tuple[NoticeView, ...]:
    """Return the notices of registrations asked for: those ending first in front, or the latest past ones."""
    if question.kind == "right":
        return ()
    running = Q(state=State.IN_NOTICE, notice_ends_at__gt=now)
    rows = REGISTRATIONS.filter(noticed_at__isnull=False, notice_ends_at__isnull=False)
    rows = rows.exclude(running) if question.past else rows.filter(running)
    order = ("-notice_ends_at", "-pk") if question.past else ("notice_ends_at", "pk")
    found = rows.filter(_narrowed(question)).order_by(*order)[:MOST]
    return tuple(notice_view(item, now=now) for item in found)


def rights_board(question: BoardQuestion, *, now: datetime) -> tuple[RightView, ...]:
    """Return the property rights on notice, or past ones, that the question asks for."""
    if question.kind not in {"", "right"} or question.region:
        return ()
    found = right_notices(now=now, current=not question.past)
    return tuple(
        one
        for one in found
        if (not question.text or question.text.casefold() in f"{one.name_zh} {one.name_en}".casefold())
        and (not question.industry or one.form.industry == question.industry)
        and (question.holder_id is None or one.applicant_id == question.holder_id)
    )


def _narrowed(question: BoardQuestion) -> Q:
    found = Q()
    for word in question.text.split():
        found &= (
            Q(resource__name_zh__icontains=word)
            | Q(product__name_zh__icontains=word)
            | Q(base__resource__name_zh__icontains=word)
            | Q(base__product__name_zh__icontains=word)
            | Q(resource__name_en__icontains=word)
            | Q(product__name_en__icontains=word)
            | Q(registrant__name_zh__icontains=word)
            | Q(number=word)
        )
    if question.kind == SubjectKind.RESOURCE:
        found &= Q(resource__isnull=False) | Q(base__resource__isnull=False)
    if question.kind == SubjectKind.PRODUCT:
        found &= Q(product__isnull=False) | Q(base__product__isnull=False)
    if question.industry:
        found &= Q(resource__industry=question.industry) | Q(product__industry=question.industry)
    if question.region:
        found &= Q(office__region__startswith=question.region)
    if question.holder_id:
        found &= Q(registrant__public_id=question.holder_id)
    return found
