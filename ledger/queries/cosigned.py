"""Who watches the log, and which heads they cosigned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ledger.cosignature import WitnessKey, line
from ledger.journal import TransactionState
from ledger.models import Cosignature, Witness
from ledger.types import CosignatureView, WitnessView


def witnesses() -> tuple[WitnessView, ...]:
    """Return every witness that was ever registered, those who still watch first, oldest first."""
    return tuple(witness_view(row) for row in Witness.objects.order_by("retired_at", "pk"))


def witnessed_size() -> int:
    """Return the size of the largest head a witness cosigned; 0 before the first."""
    return Cosignature.objects.order_by("-head_id").values_list("head_id", flat=True).first() or 0


def first_cosigned(*, above: int) -> int | None:
    """Return the size of the first head over ``above`` leaves that a witness cosigned, or None."""
    return Cosignature.objects.filter(head_id__gt=above).order_by("head_id").values_list("head_id", flat=True).first()


def first_witnessed(*, above: int) -> int | None:
    """Return the size of the first head over ``above`` leaves that was cosigned and is on the chain, or None."""
    rows = Cosignature.objects.filter(
        head_id__gt=above, head__batches__transaction__state=TransactionState.MINED
    ).order_by("head_id")
    return rows.values_list("head_id", flat=True).first()


def cosignatures(sizes: Iterable[int]) -> dict[int, tuple[CosignatureView, ...]]:
    """Return who cosigned heads, by their sizes, in the order the cosignatures arrived."""
    found: dict[int, list[CosignatureView]] = defaultdict(list)
    for row in Cosignature.objects.select_related("witness").filter(head_id__in=list(sizes)).order_by("pk"):
        key = WitnessKey.parse(row.witness.verifier_key)
        found[row.head_id].append(
            CosignatureView(witness=row.witness.name, cosigned_at=row.cosigned_at, line=line(key, bytes(row.signature)))
        )
    return {size: tuple(rows) for size, rows in found.items()}


def witness_view(row: Witness) -> WitnessView:
    """Return what a witness shows, with its newest cosignature."""
    newest = row.cosignatures.order_by("-head_id").first()
    return WitnessView(
        id=row.public_id,
        name=row.name,
        verifier_key=row.verifier_key,
        organisation_id=row.organisation_id,
        registered_at=row.registered_at,
        retired_at=row.retired_at,
        size=None if newest is None else newest.head_id,
        cosigned_at=None if newest is None else newest.cosigned_at,
    )
