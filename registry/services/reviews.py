"""The internal review (业务审核) that an organisation's chief data officer signs before submission (26号 Art 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput, NotPermitted
from ledger import services as ledger
from registry.kinds import registrations as kinds
from registry.models import Organisation, Registration, ReviewSignature
from registry.procedures import PROCEDURES, Kind
from registry.queries.files import materials_digest, missing, subject, unsigned
from registry.services.casework import SameHands, locked
from registry.services.drafts import LoginNeeded, require_prepared
from registry.types import Role
from registry.workflow import S26

ARTICLE_7 = f"{S26} 第七条"


@dataclass(eq=False, kw_only=True)
class MaterialsIncomplete(InvalidInput):
    """An application without one of its materials, or an evidence hash that is none."""

    code = "registry.materials_incomplete"
    zh = "{type_zh}材料不完整：缺少 {missing}。"
    en = "The materials are incomplete ({type_en}): {missing}."
    law = f"{S26} 第九条"
    type_zh: str
    type_en: str
    missing: str


@dataclass(eq=False, kw_only=True)
class ReviewUnsigned(NotPermitted):
    """An application whose internal review a chief data officer has not signed as it now reads."""

    code = "registry.review_unsigned"
    zh = "提交前须由{names}的首席数据官签署业务审核；材料修改后须重新签署。"
    en = "Before submission the chief data officer of {names} signs the internal review; a revision is signed anew."
    law = ARTICLE_7
    names: str


@transaction.atomic
def sign_review(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Sign the internal review (业务审核) of a complete draft, as its organisation's chief data officer (Art 7).

    The signature is over the materials as they are; whoever drafted them does not sign. Raises NoSuch, RoleRequired,
    LoginNeeded, OtherOrganisation, NotPrepared, MaterialsIncomplete, SameHands.
    """
    item = locked(registration_id=registration_id)
    actor.require(Role.CHIEF_DATA_OFFICER)
    if actor.user_id is None:
        raise LoginNeeded
    organisation = _signing_organisation(item, actor)
    require_prepared(item)
    require_complete(item=item)
    if actor.user_id == item.prepared_by_id:
        raise SameHands(earlier_zh="起草", earlier_en="drafted", now_zh="签署业务审核", now_en="sign the review of")
    said = materials_digest(item)
    if item.signatures.filter(organisation=organisation, materials_sha256=said).exists():
        return
    entry = ledger.append(
        kind=kinds.REVIEW_SIGNED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "organisation": str(organisation.public_id),
            "materials_sha256": said,
            "article": ARTICLE_7,
        },
        refs=[subject(item).entry],
        actor=actor,
        now=now,
    )
    ReviewSignature.objects.create(
        registration=item,
        organisation=organisation,
        signed_by_id=actor.user_id,
        signed_at=now,
        materials_sha256=said,
        entry=entry,
    )


def require_complete(*, item: Registration) -> None:
    """Refuse an application that lacks any of its type's materials; raise MaterialsIncomplete (Art 9)."""
    lacks = missing(item)
    if lacks:
        words = PROCEDURES[Kind(item.kind)].words
        raise MaterialsIncomplete(type_zh=words.zh, type_en=words.en, missing=", ".join(lacks))


def require_signed(*, item: Registration) -> list[UUID]:
    """Return the entries of the signatures over what an application now says; raise ReviewUnsigned (Art 7)."""
    lacking = unsigned(item)
    if lacking:
        raise ReviewUnsigned(names="、".join(one.name_zh for one in lacking))
    return [one.entry for one in item.signatures.filter(materials_sha256=materials_digest(item))]


def _signing_organisation(item: Registration, actor: Actor) -> Organisation:
    joint = [one.organisation for one in item.co_registrants.select_related("organisation")]
    for organisation in (item.registrant, *joint):
        if organisation.public_id == actor.organisation_id:
            return organisation
    actor.require_organisation(item.registrant.public_id)
    return item.registrant
