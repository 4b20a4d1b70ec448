"""What people do to the log: watch it, cosign its heads, open what they committed to."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.idempotency import idempotent
from ledger import queries, services
from ledger.schemas import CosignatureIn, CosignedOut, FactIn, OpeningOut, WitnessesOut, WitnessIn, WitnessOut
from ledger.types import WitnessView

router = Router(tags=["ledger"])


@router.get("/witnesses", response=WitnessesOut, auth=None, summary="Who watches the log")
def witnesses(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - ninja's signature
    """Answer every witness that was ever registered, with the newest head it cosigned."""
    return {"items": queries.witnesses()}


@router.post("/witnesses", response={201: WitnessOut}, summary="Register a witness")
@idempotent
def register(request: HttpRequest, body: WitnessIn) -> tuple[int, WitnessView]:
    """Register a witness by its C2SP key of type 0x04 (regulators)."""
    return 201, services.register_witness(verifier_key=body.key, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]  # set by config's middleware


@router.post("/witnesses/{uuid:witness_id}/retire", response=WitnessOut, summary="Retire a witness")
def retire(request: HttpRequest, witness_id: UUID) -> WitnessView:
    """Take a witness's further cosignatures no more (regulators); those it made stay."""
    return services.retire_witness(witness_id=witness_id, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]  # set by config's middleware


@router.post("/cosignatures", response=CosignedOut, auth=None, summary="Hand in a cosigned checkpoint")
def cosign(request: HttpRequest, body: CosignatureIn) -> dict[str, object]:  # noqa: ARG001 - ninja's signature
    """Store the cosignatures of registered witnesses; the same once more changes nothing."""
    return {"witnesses": services.receive_cosignature(checkpoint=body.checkpoint, now=timezone.now())}


@router.post("/entries/{uuid:entry_id}/opened", response={201: OpeningOut}, summary="Open a fact to auditors")
@idempotent
def open_fact(request: HttpRequest, entry_id: UUID, body: FactIn) -> tuple[int, dict[str, str]]:
    """Open one confidential fact of an entry to auditors (a party to it); the log records that it happened."""
    actor = request.actor  # type: ignore[attr-defined]  # set by config's middleware
    return 201, services.open_fact(entry_id=entry_id, name=body.name, actor=actor, now=timezone.now()).document()
