"""The three lists: information systems and data demands of departments, and answers to demands (三张清单)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput, plain
from ledger import services as ledger
from registry import catalogue, kinds
from registry.digests import digest, text_digest
from registry.lists import DEMAND, DemandEvent, SystemState
from registry.models import DataDemand, DataResource, InformationSystem, Organisation
from registry.queries.found import row
from registry.services.parties import require_word
from registry.services.resources import NameTaken, TextMissing, own_organisation
from registry.types import DemandDraft, Role, SystemDraft

SYSTEM_TEXTS: Final = {"name_zh": 128, "purpose": 500, "contact_office": 40, "contact_phone": 20}
DEMAND_TEXTS: Final = {"name_zh": 128, "purpose": 500, "legal_basis": 300}
LONGEST_ANSWER: Final = 500


@dataclass(eq=False, kw_only=True)
class LevelImpossible(InvalidInput):
    """A protection level that is none."""

    code = "registry.protection_level"
    zh = "网络安全等级保护级别应为 1 至 5，而不是 {level}。"
    en = "The protection level is 1 to 5, not {level}."
    law = "中华人民共和国网络安全法 第二十一条"
    level: int


@transaction.atomic
def list_system(*, draft: SystemDraft, actor: Actor, now: datetime) -> UUID:
    """Put an information system on the list of the actor's department and return its id.

    Raises RoleRequired, TextMissing, UnknownWord, LevelImpossible, NoSuch, OtherOrganisation, NameTaken.
    """
    actor.require(Role.HOLDER_AGENT)
    _require_texts(draft, SYSTEM_TEXTS, {"name_en": 200})
    require_word(field="network", value=draft.network, allowed=catalogue.Channel)
    require_word(field="state", value=draft.state, allowed=SystemState)
    if not 1 <= draft.protection_level <= 5:
        raise LevelImpossible(level=draft.protection_level)
    department = own_organisation(actor=actor)
    _require_free(InformationSystem, department, draft.name_zh)
    held = _held(draft.resource_ids, actor)
    told = {key: value for key, value in asdict(draft).items() if key != "resource_ids"}
    item = InformationSystem(public_id=uuid4(), department=department, listed_at=now, **told)
    item.entry = ledger.append(
        kind=kinds.resources.SYSTEM_LISTED,
        subject=f"system:{item.public_id}",
        payload={
            "system": str(item.public_id),
            "department": str(department.public_id),
            "description_sha256": digest(plain(asdict(draft))),
        },
        refs=[one.entry for one in held],
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    item.resources.set(held)
    return item.public_id


@transaction.atomic
def list_demand(*, draft: DemandDraft, actor: Actor, now: datetime) -> UUID:
    """Put a data demand on the list of the actor's department and return its id.

    Raises RoleRequired, TextMissing, UnknownWord, NoSuch, NameTaken.
    """
    actor.require(Role.HOLDER_AGENT)
    _require_texts(draft, DEMAND_TEXTS, {"name_en": 200, "wanted_fields": 1000})
    require_word(field="update_frequency", value=draft.update_frequency, allowed=catalogue.UpdateFrequency)
    department = own_organisation(actor=actor)
    _require_free(DataDemand, department, draft.name_zh)
    told = {key: value for key, value in asdict(draft).items() if key != "wanted_from_id"}
    wanted = row(Organisation.objects.all(), draft.wanted_from_id) if draft.wanted_from_id else None
    item = DataDemand(public_id=uuid4(), department=department, wanted_from=wanted, listed_at=now, **told)
    item.entry = ledger.append(
        kind=kinds.resources.DEMAND_LISTED,
        subject=f"demand:{item.public_id}",
        payload={
            "demand": str(item.public_id),
            "department": str(department.public_id),
            "description_sha256": digest(plain(asdict(draft))),
        },
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    return item.public_id


@transaction.atomic
def answer_demand(*, demand_id: UUID, resource_id: UUID | None, answer: str, actor: Actor, now: datetime) -> None:
    """Answer a demand: with the resource that meets it, or with the reason why it is declined.

    The unit asked answers, or any holder of the resource when none was named. Raises RoleRequired, NoSuch,
    OtherOrganisation, WrongState, TextMissing.
    """
    actor.require(Role.HOLDER_AGENT)
    rows = DataDemand.objects.select_for_update(of=("self",)).select_related("wanted_from", "department")
    item = row(rows, demand_id)
    met = row(DataResource.objects.select_related("holder"), resource_id) if resource_id else None
    answering = met.holder if met else item.wanted_from
    if answering is None:
        raise TextMissing(field="resource_id", longest=36)
    actor.require_organisation(answering.public_id)
    if item.wanted_from is not None:
        actor.require_organisation(item.wanted_from.public_id)
    if len(answer) > LONGEST_ANSWER or (met is None and not answer.strip()):
        raise TextMissing(field="answer", longest=LONGEST_ANSWER)
    item.resource = met
    _move(item, DemandEvent.MEET if met else DemandEvent.DECLINE, answer, actor=actor, now=now)


@transaction.atomic
def withdraw_demand(*, demand_id: UUID, actor: Actor, now: datetime) -> None:
    """Withdraw a demand of the actor's department; raise RoleRequired, NoSuch, OtherOrganisation, WrongState."""
    actor.require(Role.HOLDER_AGENT)
    item = row(DataDemand.objects.select_for_update(of=("self",)).select_related("department"), demand_id)
    actor.require_organisation(item.department.public_id)
    _move(item, DemandEvent.WITHDRAW, "", actor=actor, now=now)


def _move(item: DataDemand, event: DemandEvent, answer: str, *, actor: Actor, now: datetime) -> None:
    item.state = DEMAND.fire(item.state, event).target
    item.answer, item.answered_at = answer.strip(), now
    ledger.append(
        kind=kinds.resources.DEMAND_ANSWERED,
        subject=f"demand:{item.public_id}",
        payload={"demand": str(item.public_id), "state": item.state, "answer_sha256": text_digest(item.answer)},
        refs=[item.entry],
        actor=actor,
        now=now,
    )
    item.save(update_fields=["state", "resource", "answer", "answered_at"])


def _require_texts(draft: Any, texts: Mapping[str, int], remarks: Mapping[str, int]) -> None:
    for field, longest in texts.items():
        if not 0 < len(getattr(draft, field).strip()) <= longest:
            raise TextMissing(field=field, longest=longest)
    for field, longest in remarks.items():
        if len(getattr(draft, field)) > longest:
            raise TextMissing(field=field, longest=longest)


def _require_free(model: Any, department: Organisation, name: str) -> None:
    if model.objects.filter(department=department, name_zh=name).exists():
        raise NameTaken(name=name)


def _held(resource_ids: Sequence[UUID], actor: Actor) -> list[DataResource]:
    found = [row(DataResource.objects.select_related("holder"), one) for one in dict.fromkeys(resource_ids)]
    for one in found:
        actor.require_organisation(one.holder.public_id)
    return found
