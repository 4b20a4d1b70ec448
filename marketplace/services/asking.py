"""What a licensee may do with a licence: ask, read the protected table, look up under encryption; each use metered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from marketplace import models
from marketplace.licence_flow import ACTIVE
from marketplace.queries.found import NoSuchLicence
from privacy import queries as privacy_queries
from privacy import services as privacy
from privacy.types import CubeView, Grant
from registry.types import Role

GRANT_LIFE: Final = timedelta(minutes=15)
REFUSED: Final = "refused"


@dataclass(eq=False, kw_only=True)
class LicenceNotActive(Conflict):
    """A licence that is expired, suspended or revoked."""

    code = "marketplace.licence_not_active"
    zh = "许可 {number} 当前不可用（状态：{state}，有效期至 {valid_until}）。"
    en = "The licence {number} cannot be used: it is {state}, valid until {valid_until}."
    number: str
    state: str
    valid_until: datetime


@dataclass(eq=False, kw_only=True)
class QuotaUsed(Conflict):
    """A licence whose queries are all used."""

    code = "marketplace.quota_used"
    zh = "许可 {number} 的 {quota} 次查询额度已用完，请另行订购。"
    en = "All {quota} queries of the licence {number} are used; order more to go on."
    number: str
    quota: int


@transaction.atomic
def ask_query(*, licence_id: UUID, plan: Mapping[str, Any], actor: Actor, now: datetime) -> UUID:
    """Put a question under a licence and return its id; a question that policy refuses uses nothing of the quota.

    Raises RoleRequired, NoSuchLicence, LicenceNotActive and QuotaUsed.
    """
    licence = _usable(licence_id, actor=actor, now=now)
    _check_quota(licence)
    query_id = privacy.ask(grant=_grant(licence, now=now), plan=plan, actor=actor, now=now)
    units = 0 if privacy_queries.query(query_id).state == REFUSED else 1
    _meter(licence, kind="query", subject_id=query_id, units=units, actor=actor, now=now)
    return query_id


@transaction.atomic
def read_cube(*, licence_id: UUID, actor: Actor, now: datetime) -> CubeView:
    """Return the released protected table under a licence; reading it is free of quota and of privacy budget.

    Raises RoleRequired, NoSuchLicence, LicenceNotActive and what privacy refuses.
    """
    licence = _usable(licence_id, actor=actor, now=now)
    return privacy.read_cube(grant=_grant(licence, now=now), actor=actor, now=now)


@transaction.atomic
def submit_lookup(*, licence_id: UUID, ciphertext: bytes, actor: Actor, now: datetime) -> UUID:
    """Hand in an encrypted lookup under a licence and return its id; it uses one unit of the quota.

    Raises RoleRequired, NoSuchLicence, LicenceNotActive, QuotaUsed and what the guard of ciphertexts refuses.
    """
    licence = _usable(licence_id, actor=actor, now=now)
    _check_quota(licence)
    lookup_id = privacy.submit_lookup(grant=_grant(licence, now=now), ciphertext=ciphertext, actor=actor, now=now)
    _meter(licence, kind="lookup", subject_id=lookup_id, units=1, actor=actor, now=now)
    return lookup_id


def _grant(licence: models.Licence, *, now: datetime) -> Grant:
    """Return the short-lived right to ask that privacy honours; it ends with the licence at the latest."""
    return Grant(
        licence_id=licence.public_id,
        product_id=licence.product_id,
        licensee_id=licence.licensee_id,
        queries_left=licence.quota - licence.used,
        valid_until=min(licence.valid_until, now + GRANT_LIFE),
        entry_id=licence.entry_id,
    )


def _usable(licence_id: UUID, *, actor: Actor, now: datetime) -> models.Licence:
    actor.require(Role.BUYER)
    licence = models.Licence.objects.select_for_update().filter(public_id=licence_id).first()
    if licence is None or actor.organisation_id != licence.licensee_id:
        raise NoSuchLicence(licence_id=licence_id)
    if licence.state != ACTIVE or not licence.valid_from <= now < licence.valid_until:
        raise LicenceNotActive(number=licence.number, state=licence.state, valid_until=licence.valid_until)
    return licence


def _check_quota(licence: models.Licence) -> None:
    if licence.used >= licence.quota:
        raise QuotaUsed(number=licence.number, quota=licence.quota)


def _meter(licence: models.Licence, *, kind: str, subject_id: UUID, units: int, actor: Actor, now: datetime) -> None:
    models.LicenceUse.objects.create(
        licence=licence, kind=kind, subject_id=subject_id, units=units, used_at=now, used_by=actor.user_id
    )
    licence.used += units
    licence.save(update_fields=["used"])
