"""What other parts of the platform report down: uses and income of products, and drift of a source from its record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from registry.amendments import FIELDS, Found, difference, drifted
from registry.models import DataProduct, DataResource, Registration
from registry.models import UseReport as UseRow
from registry.models.registrations import CLOSED
from registry.procedures import Applicant, Kind
from registry.queries.files import present
from registry.queries.found import row
from registry.services.letters import tell_applicant
from registry.types import UseReport
from registry.workflow import REGISTRATION, S26, State

REPORTERS = ("system", "operator", "data_authority")
ARTICLE = f"{S26} 第九条第二项"


@transaction.atomic
def record_uses(*, reports: Iterable[UseReport], actor: Actor, now: datetime) -> int:
    """Take in what a month brought with products, told again and replaced when it is told again; return how many.

    Holders of the resources a product is made of see it from then on. Raises RoleRequired, NoSuch.
    """
    actor.require(*REPORTERS)
    count = 0
    for report in reports:
        product = row(DataProduct.objects.all(), report.product_id)
        UseRow.objects.update_or_create(
            product=product,
            month=report.month.replace(day=1),
            source=report.source,
            defaults={"uses": report.uses, "income": report.income, "reported_at": now},
        )
        count += 1
    return count


@transaction.atomic
def report_drift(*, resource_id: UUID, found_fields: Sequence[Found], actor: Actor, now: datetime) -> UUID | None:
    """Draft a change of a registered resource whose source no longer has the columns described; return the draft's id.

    Returns None when the description holds, the resource is not registered, or a change is under way already. The
    holder completes, has signed and submits the draft, or discards it. Raises NoSuch, RoleRequired.
    """
    actor.require("system", "holder_agent")
    resource = row(DataResource.objects.select_for_update(of=("self",)).select_related("holder"), resource_id)
    if "system" not in actor.roles:
        actor.require_organisation(resource.holder.public_id)
    base = resource.registrations.filter(state=State.CODED).first()
    shown = drifted(_columns(resource), found_fields)
    if base is None or shown is None:
        return None
    if base.procedures.filter(kind=Kind.CHANGE).exclude(state__in=CLOSED).exists():
        return None
    item = Registration.objects.create(
        public_id=uuid4(),
        kind=Kind.CHANGE,
        base=base,
        applicant=Applicant.REGISTRANT,
        registrant=base.registrant,
        office=base.office,
        state=REGISTRATION.initial,
        materials={"reason": "数据源表结构与登记的数据项不一致。"},
        changes=difference(present(resource, (FIELDS,)), {FIELDS: shown}),
        prepared_at=now,
    )
    tell_applicant(item=item, kind="told", article=ARTICLE, now=now)
    return item.public_id


@transaction.atomic
def report_table_drift(
    *, holder_id: UUID, before: Sequence[Found], found_fields: Sequence[Found], actor: Actor, now: datetime
) -> tuple[UUID, ...]:
    """Draft a change of each registered resource of a holder that was described as ``before`` and now looks otherwise.

    For a source that knows its tables and not which resource each is: the one whose columns it had. Returns the drafts.
    Raises RoleRequired, OtherOrganisation.
    """
    rows = DataResource.objects.filter(holder__public_id=holder_id, registrations__state=State.CODED).distinct()
    was = [(one.name, one.type) for one in before]
    matching = [one for one in rows if [(field.name, field.type) for field in one.fields.all()] == was]
    drafted = [
        report_drift(resource_id=one.public_id, found_fields=found_fields, actor=actor, now=now) for one in matching
    ]
    return tuple(one for one in drafted if one is not None)


def _columns(resource: DataResource) -> list[dict[str, str]]:
    held = present(resource, (FIELDS,))[FIELDS]
    return list(held) if isinstance(held, list) else []
