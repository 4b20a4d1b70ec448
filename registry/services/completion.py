"""Completing a change, correction, renewal, cancellation or revocation: one event on the record (Art 9, 15 and 20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from ledger.types import EntryKind, JsonValue
from registry.amendments import FIELDS
from registry.digests import digest
from registry.kinds import registrations as kinds
from registry.limits import Step
from registry.models import DataProduct, DataResource, Registration, ResourceField
from registry.procedures import PROCEDURES, Kind, goes_on_notice
from registry.queries.files import papers, present, subject
from registry.services.casework import (
    WrongType,
    book,
    close_file,
    kind_of,
    locked,
    refuse_same_hands,
    require_office,
    require_type,
)
from registry.services.clockwork import close_all, close_limit
from registry.services.coding import end_record
from registry.services.confirmations import make_out
from registry.services.letters import tell_applicant
from registry.services.notices import require_notice_ended
from registry.services.resources import NameTaken
from registry.services.searching import resource_document
from registry.services.submissions import renewed_until
from registry.services.versions import keep_first, write_version
from registry.types import Role
from registry.workflow import REGISTRATION, S26, Event, State

ENTRIES: Final[Mapping[Kind, EntryKind]] = MappingProxyType(
    {
        Kind.CHANGE: kinds.REGISTRATION_CHANGED,
        Kind.CORRECTION: kinds.REGISTRATION_CORRECTED,
        Kind.RENEWAL: kinds.REGISTRATION_RENEWED,
        Kind.CANCELLATION: kinds.REGISTRATION_CANCELLED,
        Kind.REVOCATION: kinds.REGISTRATION_REVOKED,
    }
)
AMENDING: Final = frozenset({Kind.CHANGE, Kind.CORRECTION})


@dataclass(eq=False, kw_only=True)
class RecordMoved(Conflict):
    """A change to something that was changed otherwise meanwhile."""

    code = "registry.record_moved"
    zh = "“{field}”的登记内容已在申请后改变，请退回重新申请。"
    en = "{field} has been changed since this was applied for; it is to be applied for again."
    law = f"{S26} 第九条第二项"
    field: str


@transaction.atomic
def complete(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Complete a reviewed procedure, after its notice where it has one: one event on the record, one entry.

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState, WrongType, NoticeStillOpen, ObjectionPending,
    CalendarNotPublished, RecordMoved, NameTaken.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="办结", now_en="complete", accepter=False)
    require_type(item=item, first=False)
    kind = kind_of(item=item)
    step = REGISTRATION.fire(item.state, Event.COMPLETE)
    _require_notice_done(item, now)
    base = locked(registration_id=item.base.public_id) if item.base else item
    moved = REGISTRATION.fire(base.state, PROCEDURES[kind].event)
    overdue = close_limit(item=item, step=PROCEDURES[kind].limit, now=now)
    close_all(item=item, now=now)
    payload = _effect(item, base, kind, now)
    item.state, base.state = step.target, moved.target
    entry = _record(item, base, moved.article, payload | {"overdue": overdue}, actor=actor, now=now)
    if kind in AMENDING:
        _keep_version(item, entry, now)
    close_file(item=item, now=now)
    if base.state != State.CODED:
        close_file(item=base, now=now)
    base.save()
    item.save()
    make_out(item=item, now=now)
    tell_applicant(item=item, kind="told", article=moved.article, now=now)


def _require_notice_done(item: Registration, now: datetime) -> None:
    kind = kind_of(item=item)
    if not goes_on_notice(kind, book(item=item, now=now)):
        return
    if item.state != State.IN_NOTICE:
        words = PROCEDURES[kind].words
        raise WrongType(type_zh=words.zh, type_en=words.en, instead_zh="公示", instead_en="put it on public notice")
    ended_at = require_notice_ended(item=item, now=now)
    close_limit(item=item, step=Step.NOTICE, now=ended_at)


def _effect(item: Registration, base: Registration, kind: Kind, now: datetime) -> dict[str, JsonValue]:
    if kind in AMENDING:
        _apply_changes(item)
        said: dict[str, JsonValue] = {"changes_sha256": digest(item.changes)}
        return said | ({"proof": item.proof} if kind == Kind.CORRECTION else {})
    if kind == Kind.RENEWAL:
        item.valid_from = base.valid_until
        item.valid_until = base.valid_until = renewed_until(item=item, rules=book(item=item, now=now))
        return {"valid_from": str(item.valid_from), "valid_until": str(item.valid_until)}
    base.ground = item.ground
    end_record(item=base, now=now)
    return {"ground": item.ground}


def _apply_changes(item: Registration) -> None:
    about = subject(item)
    held = present(about, item.changes)
    for field, change in item.changes.items():
        if held[field] != change["before"]:
            raise RecordMoved(field=field)
    wanted = papers(item).changes
    _require_name_free(about, wanted)
    keep_first(item=about)
    for field, value in wanted.items():
        if field == FIELDS and isinstance(about, DataResource):
            _replace_columns(about, item.changes[FIELDS]["after"])
        else:
            setattr(about, field, value)
    about.version += 1
    if isinstance(about, DataResource):
        about.search = resource_document(item=about, fields=about.fields.all())
    about.save()


def _keep_version(item: Registration, entry: UUID, now: datetime) -> None:
    """Keep what the record now says as its next version, with the procedure it was changed by."""
    words = PROCEDURES[kind_of(item=item)].words
    reason = f"{words.zh} {words.en} {item.number or ''}".rstrip()
    write_version(item=subject(item), reason=reason, entry=entry, now=now)


def _require_name_free(about: DataResource | DataProduct, wanted: Mapping[str, object]) -> None:
    name = wanted.get("name_zh")
    if name is None:
        return
    owner = {"holder": about.holder} if isinstance(about, DataResource) else {"operator": about.operator}
    if type(about).objects.filter(name_zh=name, **owner).exclude(pk=about.pk).exists():
        raise NameTaken(name=str(name))


def _replace_columns(resource: DataResource, columns: list[dict[str, str]]) -> None:
    resource.fields.all().delete()
    ResourceField.objects.bulk_create(
        ResourceField(resource=resource, position=place, **column) for place, column in enumerate(columns, 1)
    )


def _record(
    item: Registration, base: Registration, article: str, payload: dict[str, JsonValue], *, actor: Actor, now: datetime
) -> UUID:
    last = [one for one in (item.last_entry, base.last_entry) if one]
    entry = ledger.append(
        kind=ENTRIES[kind_of(item=item)],
        subject=f"registration:{base.public_id}",
        payload={
            "registration": str(base.public_id),
            "procedure": str(item.public_id),
            "article": article,
            **payload,
        },
        refs=list(dict.fromkeys(last)),
        actor=actor,
        now=now,
    )
    item.last_entry = base.last_entry = entry
    return entry
