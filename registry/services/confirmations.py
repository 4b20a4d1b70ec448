"""The numbered confirmation of a completed registration (登记确认单), fixed on the day it is made out."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from kernel.workdays import SHANGHAI
from registry.digests import digest
from registry.identifiers import confirmation_number
from registry.limits import local_day
from registry.models import ConfirmationSheet, DataResource, Registration
from registry.procedures import PROCEDURES, Kind
from registry.queries.files import record, subject
from registry.services.serials import next_serial


def make_out(*, item: Registration, now: datetime) -> str:
    """Make out the confirmation of a registration that was just completed, and return its number."""
    today = local_day(now)
    number = confirmation_number(today, next_serial(series=f"confirmation:{today:%Y%m%d}"))
    facts = _facts(item, now)
    ConfirmationSheet.objects.create(
        public_id=uuid4(),
        number=number,
        registration=item,
        facts=facts,
        facts_sha256=digest({"number": number, **facts}),
        made_at=now,
    )
    return number


def _facts(item: Registration, now: datetime) -> dict[str, str]:
    top, about, words = record(item), subject(item), PROCEDURES[Kind(item.kind)].words
    resource = isinstance(about, DataResource)
    return {
        "type_zh": words.zh,
        "type_en": words.en,
        "application_number": item.number or "",
        "registration_code": top.code or "",
        "data_code": about.code,
        "subject_zh": "公共数据资源" if resource else "公共数据产品和服务",
        "subject_en": "Public data resource" if resource else "Public data product or service",
        "name_zh": about.name_zh,
        "name_en": about.name_en,
        "registrant_zh": item.registrant.name_zh,
        "registrant_en": item.registrant.name_en,
        "registrant_uscc": item.registrant.uscc,
        "office_zh": item.office.name_zh,
        "office_en": item.office.name_en,
        "accepted_at": _shown(item.accepted_at),
        "completed_at": _shown(now),
        "valid_from": str(top.valid_from or ""),
        "valid_until": str(top.valid_until or ""),
        "state": top.state,
        "article": PROCEDURES[Kind(item.kind)].article,
        "entry": str(item.last_entry),
    }


def _shown(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""
