"""Evidence of a survey: who may see it, and the file as it was handed in."""

from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from kernel.actors import Actor
from pricing.models import Evidence
from pricing.queries.access import visible_survey
from pricing.queries.found import row
from pricing.types import EvidenceView


def evidence_store() -> FileSystemStorage:
    """Return where evidence files lie, each under its SHA-256."""
    return FileSystemStorage(location=settings.DATA_DIR / "pricing" / "evidence")


def evidence_view(item: Evidence) -> EvidenceView:
    """Return the view of an evidence row; its survey must be loaded."""
    return EvidenceView(
        id=item.public_id,
        survey_id=item.survey.public_id,
        name=item.name,
        media_type=item.media_type,
        size=item.size,
        sha256=item.sha256,
        added_at=item.added_at,
        entry_id=item.entry_id,
    )


def survey_evidence(survey_id: UUID) -> tuple[EvidenceView, ...]:
    """Return what was handed in with a survey, in order."""
    rows = Evidence.objects.filter(survey__public_id=survey_id).select_related("survey").order_by("pk")
    return tuple(evidence_view(item) for item in rows)


def visible_evidence(evidence_id: UUID, *, actor: Actor) -> tuple[EvidenceView, bytes]:
    """Return a file and its bytes to who may see its survey; raise NoSuch to anyone else."""
    view = evidence_view(row(Evidence.objects.select_related("survey"), evidence_id))
    visible_survey(view.survey_id, actor=actor)
    with evidence_store().open(view.sha256) as file:
        return view, bytes(file.read())
