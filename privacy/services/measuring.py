"""Data quality counted where the data is: orders out to the holders' domains, figures in, a report for the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from kernel.actors import SYSTEM, Actor
from kernel.errors import NotPermitted
from privacy.envelope import MEASURED, opened
from privacy.models import DataVersion, Measurement, Source
from privacy.queries.found import missing
from privacy.services.answers import BadAnswer
from privacy.services.dispatch import AGAIN_AFTER, VALID_FOR, Dispatch
from privacy.services.sources import holder_of
from privacy.workflow import RUN, RunState
from registry import queries as registry
from registry import services as registry_services
from registry.catalogue import UpdateFrequency
from registry.quality import Basis, Figure

# How old the newest content may be and still be as current as its promised rhythm; on demand is never late.
RHYTHM: Final[Mapping[str, timedelta]] = {
    UpdateFrequency.REAL_TIME: timedelta(days=1),
    UpdateFrequency.DAILY: timedelta(days=2),
    UpdateFrequency.WEEKLY: timedelta(days=8),
    UpdateFrequency.MONTHLY: timedelta(days=32),
    UpdateFrequency.QUARTERLY: timedelta(days=93),
    UpdateFrequency.YEARLY: timedelta(days=367),
}
COUNTED: Final = (
    Figure.COMPLETENESS,
    Figure.ACCURACY,
    Figure.CONSISTENCY,
    Figure.ACCESSIBILITY,
    Figure.CONFORMITY,
)


@dataclass(eq=False, kw_only=True)
class NotTheHolders(NotPermitted):
    """A resource of another organisation cannot be measured against one's own table."""

    code = "privacy.not_the_holders"
    zh = "该数据资源不是本单位持有，不能以本单位的数据表实测其质量。"
    en = "This resource is held by another organisation: its quality cannot be measured on a table of this one."
    resource_id: UUID


@transaction.atomic
def order_measurement(*, resource_id: UUID, table: str, actor: Actor, now: datetime) -> UUID:
    """Order the quality of the actor's ``table`` behind its resource to be counted there; return the order's id.

    Raises RoleRequired, NoSuch, NotTheHolders, NoSuchRecord.
    """
    holder_id = holder_of(actor=actor)
    if registry.resource(resource_id).holder_id != holder_id:
        raise NotTheHolders(resource_id=resource_id)
    rows = DataVersion.objects.filter(source__holder_id=holder_id, table=table).order_by("-number")
    version = rows.first() or missing(rows, resource_id)
    item = Measurement.objects.create(
        public_id=uuid4(), resource_id=resource_id, version=version, state=RunState.WAITING, ordered_at=now
    )
    return item.public_id


@transaction.atomic
def prepare_measurements(*, now: datetime, limit: int = 20) -> list[Dispatch]:
    """Mark the orders that wait, or whose answer is overdue, as dispatched and return their messages' bodies."""
    due = Q(state=RunState.WAITING) | Q(state=RunState.DISPATCHED, dispatched_at__lte=now - AGAIN_AFTER)
    rows = Measurement.objects.select_related("version__source").filter(due).order_by("pk")
    found = list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])
    for item in found:
        item.state, item.dispatched_at = RUN.fire(item.state, "dispatch").target, now
        item.save(update_fields=["state", "dispatched_at"])
    return [Dispatch(code=item.version.source.code, body=_body(item, now)) for item in found]


@transaction.atomic
def receive_measurement(*, envelope: Mapping[str, Any], now: datetime) -> None:
    """Store a domain's figures once, and hand them to the registry as a measured quality report.

    Timeliness is the platform's own: whether the newest content came within the promised rhythm of updates.
    Raises BadEnvelope, BadAnswer, FigureImpossible.
    """
    source = Source.objects.filter(public_key=str(envelope.get("key", ""))).first()
    if source is None:
        raise BadAnswer(reason="unknown key")
    told = opened(envelope, kind=MEASURED, public_key=bytes.fromhex(source.public_key))
    rows = Measurement.objects.select_for_update(of=("self",)).select_related("version__source")
    item = rows.filter(public_id=_uuid(told.get("order")), version__source=source).first()
    if item is None or told.get("content_hash") != item.version.content_hash:
        raise BadAnswer(reason="unknown order")
    if item.state in (RunState.ANSWERED, RunState.REFUSED):
        return
    declined = told.get("state") == RunState.REFUSED
    item.state = RUN.fire(item.state, "decline" if declined else "answer").target
    item.answered_at = now
    if not declined:
        item.report_id = registry_services.record_quality(
            resource_id=item.resource_id,
            figures=_figures(told.get("figures")) | {Figure.TIMELINESS: _timeliness(item, now)},
            basis=Basis.MEASURED,
            source_id=source.public_id,
            details={
                "table": item.version.table,
                "version": item.version.number,
                "content_hash": item.version.content_hash,
                "rows": item.version.rows,
            },
            actor=SYSTEM,
            now=now,
        )
    item.save(update_fields=["state", "answered_at", "report_id"])


def _body(item: Measurement, now: datetime) -> dict[str, Any]:
    fields = registry.resource(item.resource_id).fields
    return {
        "order": str(item.public_id),
        "holder": item.version.source.code,
        "table": item.version.table,
        "content_hash": item.version.content_hash,
        "columns": [{"name": one.name, "type": one.type} for one in fields],
        "issued_at": now.isoformat(),
        "expires_at": (now + VALID_FOR).isoformat(),
    }


def _figures(told: object) -> dict[str, Decimal | None]:
    if not isinstance(told, dict) or set(told) != set(COUNTED):
        raise BadAnswer(reason="figures")
    if not all(value is None or (isinstance(value, str) and len(value) == 5) for value in told.values()):
        raise BadAnswer(reason="figures")
    try:
        return {name: None if value is None else Decimal(value) for name, value in told.items()}
    except ArithmeticError as error:
        raise BadAnswer(reason="figures") from error


def _timeliness(item: Measurement, now: datetime) -> Decimal | None:
    rhythm = RHYTHM.get(registry.resource(item.resource_id).update_frequency)
    if rhythm is None:
        return None
    return Decimal(1) if now - item.version.connected_at <= rhythm else Decimal(0)


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise BadAnswer(reason="order") from error
