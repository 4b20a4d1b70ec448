"""Handing an application in, for the first time or completed (发改数据规〔2025〕26号 Art 8 to 10, 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.types import JsonValue
from registry.identifiers import application_number
from registry.kinds import registrations as kinds
from registry.limits import Limit, Rulebook, Step, first_registration, local_day, renewal_end, renewal_window
from registry.models import DataProduct, DataResource, Registration
from registry.procedures import Kind
from registry.queries.calendars import calendar
from registry.queries.files import materials_digest, papers, record, subject
from registry.queries.registrations import subject_kind
from registry.queries.rulebooks import rulebook
from registry.services.casework import SameHands, locked
from registry.services.clockwork import limit_payload, start_limit
from registry.services.drafts import NotRegistered, require_applicant
from registry.services.offices import competent_for
from registry.services.resources import require_in_force, require_registered
from registry.services.reviews import require_complete, require_signed
from registry.services.serials import next_serial
from registry.workflow import REGISTRATION, S26, Event, State


@dataclass(eq=False, kw_only=True)
class OutsideRenewalWindow(Conflict):
    """A renewal applied for too early or too late."""

    code = "registry.outside_renewal_window"
    zh = "续展应在有效期届满前 60 日内申请：{opens} 至 {closes}。"
    en = "Renewal is applied for within 60 days before expiry: from {opens} to {closes}."
    law = f"{S26} 第十五条"
    opens: date
    closes: date


@dataclass(eq=False, kw_only=True)
class RenewalTooLong(InvalidInput):
    """A renewal for longer than the measures allow."""

    code = "registry.renewal_too_long"
    zh = "每次续展期限最长 {most} 年，不能为 {years} 年。"
    en = "A renewal lasts {most} years at most, not {years}."
    law = f"{S26} 第十五条"
    years: int
    most: int


@dataclass(eq=False, kw_only=True)
class NothingToRenew(Conflict):
    """A renewal of a product whose agreement ends with the registration."""

    code = "registry.nothing_to_renew"
    zh = "授权运营期限至 {term_until} 届满，登记不能续展至其后。"
    en = "The operating term ends on {term_until}: the registration cannot be renewed beyond it."
    law = f"{S26} 第十五条"
    term_until: date


@transaction.atomic
def submit(*, registration_id: UUID, actor: Actor, now: datetime) -> str:
    """Hand in a complete, signed application and start the 3 working days for acceptance; return its number (Art 10).

    A returned one keeps its number, and its limit starts afresh. Raises NoSuch, LoginNeeded, RoleRequired,
    OtherOrganisation, WrongState, MaterialsIncomplete, ReviewUnsigned, SameHands, WrongOffice, NotRegistered,
    OutsideRenewalWindow, RenewalTooLong, NothingToRenew, AgreementNotInForce, ResourcesNotRegistered.
    """
    item = locked(registration_id=registration_id)
    require_applicant(item=item, actor=actor)
    step = REGISTRATION.fire(item.state, Event.SUBMIT)
    require_complete(item=item)
    signed = require_signed(item=item)
    if item.signatures.filter(signed_by_id=actor.user_id).exists():
        raise SameHands(earlier_zh="签署", earlier_en="signed", now_zh="提交", now_en="submit")
    today = local_day(now)
    rules = rulebook(item.office, on=item.rates_on or today)
    _require_possible(item, rules, now)
    if not item.number:
        item.number = application_number(today, next_serial(series=f"application:{today:%Y%m%d}"))
        item.rates_on = today
    item.state, item.reason = step.target, ""
    item.submitted_by_id, item.submitted_at = actor.user_id, now
    refs = [*_grounds(item), *signed]
    item.save()
    due = start_limit(item=item, step=Step.ACCEPTANCE, calendar=calendar(), book=rules, now=now)
    item.last_entry = _record(item, due, step.article, refs=refs, actor=actor, now=now)
    item.save(update_fields=["last_entry"])
    return item.number


def _require_possible(item: Registration, rules: Rulebook, now: datetime) -> None:
    about = subject(item)
    if item.kind == Kind.FIRST:
        competent_for(about, item.office.public_id, now=now)
        if isinstance(about, DataProduct):
            require_in_force(about.agreement, now=now)
            require_registered(list(about.resources.all()))
        return
    base = record(item)
    if base.state != State.CODED:
        raise NotRegistered(state=base.state, type_zh="后续登记", type_en="later registration")
    if item.kind == Kind.RENEWAL:
        require_renewable(item=item, rules=rules, today=local_day(now))


def require_renewable(*, item: Registration, rules: Rulebook, today: date) -> None:
    """Refuse a renewal out of its window or too long; raise OutsideRenewalWindow, RenewalTooLong, NothingToRenew."""
    base = record(item)
    if base.valid_until is None:
        raise NotRegistered(state=base.state, type_zh="续展", type_en="renewal")
    kept = rulebook(base.office, on=base.rates_on or today)
    opens, closes = renewal_window(base.valid_until, book=kept)
    if not opens <= today <= closes and item.submitted_at is None:
        raise OutsideRenewalWindow(opens=opens, closes=closes)
    most, years = int(rules.rate(Step.VALIDITY).value), item.years or 0
    if not 0 < years <= most:
        raise RenewalTooLong(years=years, most=most)
    if renewed_until(item=item, rules=rules) <= base.valid_until:
        raise NothingToRenew(term_until=base.valid_until)


def renewed_until(*, item: Registration, rules: Rulebook) -> date:
    """Return the first day after a renewal that starts the day after the record's last expiry (Art 15)."""
    base, about = record(item), subject(item)
    if base.valid_until is None or item.years is None:
        raise LookupError(f"renewal {item} has no term")
    agreed = about.agreement if isinstance(about, DataProduct) else None
    term = (agreed.valid_from, agreed.valid_until) if agreed else None
    return renewal_end(base.valid_until, years=item.years, term=term, book=rules)


def _grounds(item: Registration) -> list[UUID]:
    if item.last_entry:
        return [item.last_entry]
    base = record(item)
    if item.kind != Kind.FIRST:
        return [base.last_entry] if base.last_entry else []
    about = subject(item)
    if isinstance(about, DataResource):
        return [about.entry]
    agreed = about.agreement
    filed = [agreed.filed_entry] if agreed.filed_entry else []
    return [about.entry, agreed.entry, *filed, *require_registered(list(about.resources.all()))]


def _late(item: Registration, now: datetime) -> bool:
    begun = papers(item).operated_on
    if item.kind != Kind.FIRST or begun is None:
        return False
    return now > first_registration(begun, calendar=calendar(), book=rulebook(item.office, on=local_day(now))).ends_at


def _record(item: Registration, due: Limit, article: str, *, refs: list[UUID], actor: Actor, now: datetime) -> UUID:
    about = subject(item)
    payload: dict[str, JsonValue] = {
        "registration": str(item.public_id),
        "type": item.kind,
        "base": str(item.base.public_id) if item.base else None,
        "number": item.number,
        "subject_kind": subject_kind(item),
        "subject": str(about.public_id),
        "data_code": about.code,
        "office": str(item.office.public_id),
        "materials_sha256": materials_digest(item),
        "evidence_sha256": item.evidence_sha256 or None,
        "acceptance_due": limit_payload(found=due),
        "overdue": _late(item, now),
        "article": article,
    }
    return ledger.append(
        kind=kinds.REGISTRATION_SUBMITTED,
        subject=f"registration:{item.public_id}",
        payload=payload,
        refs=list(dict.fromkeys(refs)),
        actor=actor,
        now=now,
    )
