"""An office's own rules: its readings of what the measures leave open, and its province's limits (Art 22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from ledger import services as ledger
from registry.kinds import registrations as kinds
from registry.limits import Step, local_day, province_of
from registry.models import LimitOverride, OfficePolicy, Organisation
from registry.policy import QUESTIONS, Setting
from registry.queries.files import offices
from registry.queries.found import row
from registry.routing import PROVINCE, level_of
from registry.services.offices import NotAnOffice
from registry.services.parties import require_word
from registry.types import Role
from registry.workflow import S26

LONGEST_SOURCE = 200
OVERRIDABLE = tuple(step for step in Step if step not in {Step.AGREEMENT_TERM, Step.BACKLOG})


@dataclass(eq=False, kw_only=True)
class NotProvincial(NotPermitted):
    """A limit that an office below its province would fix."""

    code = "registry.not_provincial"
    zh = "省级登记机构才能规定本省的登记时限；“{name}”不是省级登记机构。"
    en = "Only a provincial registry office fixes limits for its province; {name} is none."
    law = f"{S26} 第二十二条"
    name: str


@dataclass(eq=False, kw_only=True)
class RuleSourceMissing(InvalidInput):
    """A rule without the document it rests on, or with a number no limit has."""

    code = "registry.rule_source_missing"
    zh = "须注明依据文件、条款和来源，时限为 1 至 1000。"
    en = "Name the document, the article and the source; a limit is 1 to 1000."
    law = f"{S26} 第二十二条"


@dataclass(eq=False, kw_only=True)
class RuleBackdated(Conflict):
    """A rule that would reach back: what happened keeps the rules of its day."""

    code = "registry.rule_backdated"
    zh = "规则不得早于 {today} 生效：已经发生的登记适用当时的规则。"
    en = "A rule takes effect on {today} at the earliest: what happened keeps the rules of its day."
    law = f"{S26} 第二十二条"
    today: date


@transaction.atomic
def decide_policy(*, setting: str, value: str, in_force_from: date, source: str, actor: Actor, now: datetime) -> None:
    """Decide how the actor's office reads something the measures leave open, from a day on.

    Registrations applied for before keep the reading of their day. Raises RoleRequired, NotAnOffice, UnknownWord,
    RuleSourceMissing, RuleBackdated.
    """
    office = _own_office(actor)
    question = QUESTIONS[Setting(require_word(field="setting", value=setting, allowed=Setting))]
    require_word(field=setting, value=value, allowed=[one.value for one in question.readings])
    _require_ahead(in_force_from, now)
    if not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise RuleSourceMissing
    entry = ledger.append(
        kind=kinds.POLICY_DECIDED,
        subject=f"organisation:{office.public_id}",
        payload={
            "office": str(office.public_id),
            "setting": setting,
            "value": value,
            "in_force_from": in_force_from.isoformat(),
            "article": question.article,
        },
        confidential={"source": source.strip()},
        actor=actor,
        now=now,
    )
    OfficePolicy.objects.create(
        office=office,
        setting=setting,
        value=value,
        in_force_from=in_force_from,
        source=source.strip(),
        decided_by_id=actor.user_id,
        decided_at=now,
        entry=entry,
    )


@transaction.atomic
def override_limit(
    *,
    step: str,
    value: int,
    document: str,
    article: str,
    in_force_from: date,
    source: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter a limit that the province of the actor's office fixed for itself, with its document, from a day on.

    Registrations applied for before keep the limits of their day. Raises RoleRequired, NotAnOffice, NotProvincial,
    UnknownWord, RuleSourceMissing, RuleBackdated.
    """
    office = _own_office(actor)
    if level_of(office.region, office.level) != PROVINCE:
        raise NotProvincial(name=office.name_zh)
    require_word(field="step", value=step, allowed=OVERRIDABLE)
    _require_ahead(in_force_from, now)
    made = LimitOverride(
        office=office,
        jurisdiction=province_of(office.region),
        step=step,
        value=value,
        document=document.strip(),
        article=article.strip(),
        in_force_from=in_force_from,
        source=source.strip(),
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    _require_sourced(made)
    made.entry = _record_limit(made, actor=actor, now=now)
    made.save(force_insert=True)


def _require_sourced(made: LimitOverride) -> None:
    widths = ((made.document, 80), (made.article, 30), (made.source, LONGEST_SOURCE))
    if not 1 <= made.value <= 1000 or not all(0 < len(text) <= most for text, most in widths):
        raise RuleSourceMissing


def _record_limit(made: LimitOverride, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.LIMIT_OVERRIDDEN,
        subject=f"organisation:{made.office.public_id}",
        payload={
            "office": str(made.office.public_id),
            "jurisdiction": made.jurisdiction,
            "step": made.step,
            "value": made.value,
            "in_force_from": made.in_force_from.isoformat(),
            "article": f"{made.document} {made.article}",
        },
        confidential={"source": made.source},
        actor=actor,
        now=now,
    )


def _own_office(actor: Actor) -> Organisation:
    actor.require(Role.REGISTRY_REVIEWER)
    office = row(Organisation.objects.all(), actor.organisation_id) if actor.organisation_id else None
    if office is None or office not in offices():
        raise NotAnOffice(name=office.name_zh if office else "—")
    return office


def _require_ahead(day: date, now: datetime) -> None:
    today = local_day(now)
    if day < today:
        raise RuleBackdated(today=today)
