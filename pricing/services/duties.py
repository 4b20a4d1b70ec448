"""Duties as they arise and are done, the yearly report as filed, and the contact facts of the disclosure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

import rfc8785
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from pricing import articles, kinds, queries
from pricing.models import Contact, Duty, FiledReport
from pricing.queries.reports import as_json, yearly_report
from pricing.services.acting import organisation_of
from pricing.services.derivations import digest
from pricing.services.locks import one_at_a_time
from pricing.types import ContactView
from registry import queries as registry
from registry.limits import local_day
from registry.types import Role

ADJUST_FEES: Final = "adjust_fees"
ADJUST_CEILINGS: Final = "adjust_ceilings"
REPORT: Final = "report"
ROLES: Final[dict[str, Role]] = {
    ADJUST_FEES: Role.OPERATOR,
    ADJUST_CEILINGS: Role.AUTHORISING_BODY,
    REPORT: Role.AUTHORISING_BODY,
}


@dataclass(eq=False, kw_only=True)
class ReportFiled(Conflict):
    """A report on a year that is filed already, or is not over."""

    code: ClassVar[str] = "pricing.report_filed"
    zh: ClassVar[str] = "{year} 年度报告已报送，或该年度尚未结束。"
    en: ClassVar[str] = "The report on {year} is filed already, or the year is not over."
    law: ClassVar[str] = str(articles.REPORT)
    year: int


@dataclass(eq=False, kw_only=True)
class ContactIncomplete(InvalidInput):
    """Contact facts that the disclosure form cannot take."""

    code: ClassVar[str] = "pricing.contact_incomplete"
    zh: ClassVar[str] = "公示联系信息“{field}”缺失或格式不符：须有地址、六位邮编、邮箱和固定电话。"
    en: ClassVar[str] = "{field} is missing or malformed: give address, six-digit postcode, e-mail and telephone."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    field: str


def owe(*, agreement_id: UUID, operator_id: UUID, year: int, kind: str, due_on: date | None, now: datetime) -> None:
    """Put a duty on the desk of the role that owes it, once for an agreement, year and kind."""
    Duty.objects.get_or_create(
        agreement_id=agreement_id,
        year=year,
        kind=kind,
        defaults={"operator_id": operator_id, "role": ROLES[kind], "due_on": due_on, "arose_at": now},
    )


def discharge(*, agreement_id: UUID, kind: str, now: datetime, year: int | None = None) -> int:
    """Mark what was owed as done, of one year if named, and return how many duties that were."""
    rows = Duty.objects.filter(agreement_id=agreement_id, kind=kind, done_at__isnull=True, arose_at__lte=now)
    return (rows if year is None else rows.filter(year=year)).update(done_at=now)


@transaction.atomic
def remind_of_report(*, agreement_id: UUID, operator_id: UUID, year: int, now: datetime) -> date | None:
    """Put last year's report on the authorising body's desk until it is filed; return its day, None if filed."""
    if queries.filed_report(agreement_id, year=year) is not None:
        return None
    due_on = queries.report_day(agreement_id, year=year)
    owe(agreement_id=agreement_id, operator_id=operator_id, year=year, kind=REPORT, due_on=due_on, now=now)
    return due_on


@transaction.atomic
def file_report(*, agreement_id: UUID, year: int, actor: Actor, now: datetime) -> UUID:
    """File the yearly report with both departments as it stands, and return its id (65号 五 第二款).

    Raises RoleRequired, ReportFiled, the registry's NoSuch.
    """
    actor.require(Role.AUTHORISING_BODY)
    agreement = registry.agreement(agreement_id)
    one_at_a_time("report", agreement_id, year)
    if year >= local_day(now).year or queries.filed_report(agreement_id, year=year) is not None:
        raise ReportFiled(year=year)
    document = rfc8785.dumps(as_json(yearly_report(agreement_id, year=year)))
    item = FiledReport(
        agreement_id=agreement_id,
        year=year,
        document=document,
        sha256=digest(data=document),
        filed_by=organisation_of(actor=actor),
        filed_at=now,
    )
    item.entry_id = ledger.append(
        kind=kinds.REPORT_FILED,
        subject=f"agreement:{agreement_id}",
        payload={
            "report": str(item.public_id),
            "agreement": str(agreement_id),
            "year": year,
            "document_sha256": item.sha256,
            "article": str(articles.REPORT),
        },
        refs=[agreement.entry_id],
        actor=actor,
        now=now,
    )
    item.save()
    discharge(agreement_id=agreement_id, kind=REPORT, year=year, now=now)
    return item.public_id


_FORMS: Final[dict[str, str]] = {
    "address": r".{4,200}",
    "postcode": r"[0-9]{6}",
    "email": r"[^@\s]{1,60}@[^@\s]{1,59}",
    "telephone": r"[0-9+() -]{7,40}",
    "person": r".{0,60}",
}


@transaction.atomic
def state_contact(*, contact: ContactView, actor: Actor, now: datetime) -> ContactView:
    """State how the public reaches the actor's organisation, as the yearly disclosure shows it.

    Raises RoleRequired, ActsForNobody, ContactIncomplete naming the field.
    """
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY, Role.DATA_AUTHORITY, Role.AUTHORISING_BODY)
    facts = {name: str(getattr(contact, name)).strip() for name in _FORMS}
    for name, form in _FORMS.items():
        if not re.fullmatch(form, facts[name]):
            raise ContactIncomplete(field=name)
    organisation = organisation_of(actor=actor)
    Contact.objects.create(organisation_id=organisation, stated_at=now, **facts)
    return queries.contact(organisation)
