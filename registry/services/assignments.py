"""Who at the office works on what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput
from ledger import services as ledger
from registry.kinds import registrations as kinds
from registry.models.registrations import CLOSED
from registry.services.casework import locked, members
from registry.services.drafts import NotPrepared
from registry.services.letters import OFFICE_ROLES, write
from registry.workflow import S26, State


@dataclass(eq=False, kw_only=True)
class NotAColleague(InvalidInput):
    """Work given to somebody who does not work at the office, or who submitted it."""

    code = "registry.not_a_colleague"
    zh = "只能分派给本登记机构的受理或审核人员，且不得为申请的提交人。"
    en = "Work goes to a clerk or reviewer of this office who did not submit it."
    law = f"{S26} 第六条"


@transaction.atomic
def assign(*, registration_id: UUID, user_id: int, actor: Actor, now: datetime) -> None:
    """Give a registration's work to a colleague, who then gets its reminders; the others may still act.

    Raises NoSuch, RoleRequired, OtherOrganisation, NotAColleague, NotPrepared.
    """
    item = locked(registration_id=registration_id)
    actor.require(*OFFICE_ROLES)
    actor.require_organisation(item.office.public_id)
    if item.state in {*CLOSED, State.DRAFT}:
        raise NotPrepared(state=item.state)
    if user_id not in members(organisation_ids=[item.office_id], roles=OFFICE_ROLES) or user_id == item.submitted_by_id:
        raise NotAColleague
    if item.assigned_to_id == user_id:
        return
    item.assigned_to_id = user_id
    item.last_entry = ledger.append(
        kind=kinds.REGISTRATION_ASSIGNED,
        subject=f"registration:{item.public_id}",
        payload={"registration": str(item.public_id), "article": f"{S26} 第六条"},
        refs=[item.last_entry] if item.last_entry else [],
        confidential={"assignee": str(user_id)},
        actor=actor,
        now=now,
    )
    item.save(update_fields=["assigned_to", "last_entry"])
    write(item=item, kind="assigned", to=[user_id], due_at=now, article=f"{S26} 第六条", now=now)
