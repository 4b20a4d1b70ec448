"""Encrypted lookups over released tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

import ledger.services
from kernel.actors import SYSTEM, Actor
from kernel.errors import Conflict, NotPermitted
from privacy import policy as policies
from privacy.frames import packed, unpacked
from privacy.guard import checked, longest
from privacy.kinds import LOOKUP_ANSWERED, LOOKUP_REFUSED
from privacy.limbs import Layout, layout, plaintexts
from privacy.models import Cube, Lookup
from privacy.profile import Profile, profile
from privacy.queries.results import dense
from privacy.services.questions import honour, released_cube
from privacy.types import Grant
from privacy.workflow import LOOKUP, LookupState

AGAIN_AFTER: Final = timedelta(seconds=60)
ATTEMPTS: Final = 3


@dataclass(eq=False, kw_only=True)
class LookupNotOffered(NotPermitted):
    """The policy offers no encrypted lookups, or not of this size."""

    code = "privacy.lookup_not_offered"
    zh = "该产品的策略不提供此规模的加密查询。"
    en = "The product's policy offers no encrypted lookups of this size."
    product_id: UUID


@dataclass(eq=False, kw_only=True)
class LookupQuotaReached(Conflict):
    """The licence has used its encrypted lookups of the last 24 hours."""

    code = "privacy.lookup_quota_reached"
    zh = "24 小时内最多提交 {limit} 次加密查询，请稍后再试。"
    en = "At most {limit} encrypted lookups may be submitted in 24 hours: try again later."
    limit: int


@dataclass(frozen=True, kw_only=True)
class LookupJob:
    """What an evaluator needs: the request's ciphertexts and, for each reply, the plaintext blocks of one limb."""

    lookup_id: UUID
    profile: str
    ciphertexts: tuple[bytes, ...]
    rows: list[list[list[int]]]


@transaction.atomic
def submit_lookup(*, grant: Grant, ciphertext: bytes, actor: Actor, now: datetime) -> UUID:
    """Accept an encrypted question over the product's released table and return its id, which waits.

    ``ciphertext`` is the request file of ``privacy.client``. Raises OtherOrganisation, GrantEnded, GrantUsedUp,
    NoSuchRecord, LookupNotOffered, LookupQuotaReached, BadFrame, BadCiphertext; then nothing is stored.
    """
    honour(grant=grant, actor=actor, now=now)
    cube = released_cube(product_id=grant.product_id)
    rules = policies.parse(cube.policy.document)
    shape, chosen = _layout(cube)
    if shape.blocks > rules.he["max_cts"]:
        raise LookupNotOffered(product_id=grant.product_id)
    recent = Lookup.objects.filter(licence_id=grant.licence_id, submitted_at__gt=now - timedelta(days=1)).count()
    if recent >= rules.he["jobs_per_day"]:
        raise LookupQuotaReached(limit=rules.he["jobs_per_day"])
    for blob in unpacked(ciphertext, count=shape.blocks, longest=longest(chosen.request)):
        checked(blob, chosen.request)
    lookup = Lookup.objects.create(
        licence_id=grant.licence_id,
        licensee_id=grant.licensee_id,
        licence_entry_id=grant.entry_id,
        cube=cube,
        request=ciphertext,
        request_hash=hashlib.sha256(ciphertext).hexdigest(),
        state=LookupState.WAITING,
        submitted_at=now,
    )
    return lookup.public_id


@transaction.atomic
def prepare_lookups(*, now: datetime, limit: int = 4) -> list[LookupJob]:
    """Take the lookups that wait, or whose evaluation died, and return the evaluator's jobs.

    A lookup that has been taken three times without an answer is refused.
    """
    due = Q(state=LookupState.WAITING) | Q(state=LookupState.EVALUATING, taken_at__lte=now - AGAIN_AFTER)
    rows = Lookup.objects.select_related("cube__run__policy__version__source").filter(due).order_by("pk")
    jobs = []
    for lookup in rows.select_for_update(skip_locked=True, of=("self",))[:limit]:
        if lookup.attempts >= ATTEMPTS:
            _refuse(lookup, now)
            continue
        lookup.state = LOOKUP.fire(lookup.state, "take").target
        lookup.taken_at, lookup.attempts = now, lookup.attempts + 1
        lookup.save(update_fields=["state", "taken_at", "attempts"])
        jobs.append(_job(lookup))
    return jobs


@transaction.atomic
def record_lookup(*, lookup_id: UUID, replies: Sequence[bytes], now: datetime) -> None:
    """Store an evaluation's encrypted replies; a lookup that has ended stays as it is."""
    lookup = Lookup.objects.select_for_update(of=("self",)).select_related("cube").get(public_id=lookup_id)
    if lookup.state != LookupState.EVALUATING:
        return
    reply = packed(replies)
    lookup.state = LOOKUP.fire(lookup.state, "answer").target
    lookup.reply, lookup.reply_hash, lookup.answered_at = reply, hashlib.sha256(reply).hexdigest(), now
    lookup.entry_id = ledger.services.append(
        kind=LOOKUP_ANSWERED,
        subject=f"lookup:{lookup.public_id}",
        payload={
            "lookup": str(lookup.public_id),
            "licence": str(lookup.licence_id),
            "cube": str(lookup.cube.public_id),
            "profile": _layout(lookup.cube)[0].profile,
            "request_hash": lookup.request_hash,
            "reply_hash": lookup.reply_hash,
        },
        refs=[each for each in (lookup.licence_entry_id, lookup.cube.entry_id) if each],
        actor=SYSTEM,
        now=now,
    )
    lookup.save()


@transaction.atomic
def refuse_lookup(*, lookup_id: UUID, now: datetime) -> None:
    """End a lookup whose evaluation failed: one generic reason, whatever happened."""
    lookup = Lookup.objects.select_for_update(of=("self",)).select_related("cube").get(public_id=lookup_id)
    if lookup.state == LookupState.EVALUATING:
        _refuse(lookup, now)


def _refuse(lookup: Lookup, now: datetime) -> None:
    lookup.state = LOOKUP.fire(lookup.state, "refuse").target
    lookup.rule, lookup.answered_at = "not_evaluated", now
    lookup.reason_zh, lookup.reason_en = "加密查询未能计算", "the encrypted lookup could not be evaluated"
    lookup.entry_id = ledger.services.append(
        kind=LOOKUP_REFUSED,
        subject=f"lookup:{lookup.public_id}",
        payload={
            "lookup": str(lookup.public_id),
            "licence": str(lookup.licence_id),
            "cube": str(lookup.cube.public_id),
            "request_hash": lookup.request_hash,
        },
        refs=[each for each in (lookup.licence_entry_id, lookup.cube.entry_id) if each],
        actor=SYSTEM,
        now=now,
    )
    lookup.save()


def _layout(cube: Cube) -> tuple[Layout, Profile]:
    chosen = profile(policies.parse(cube.policy.document).he["profiles"][0])
    return layout(dense(cube.run), chosen), chosen


def _job(lookup: Lookup) -> LookupJob:
    columns = dense(lookup.cube.run)
    shape, chosen = _layout(lookup.cube)
    blobs = unpacked(bytes(lookup.request), count=shape.blocks, longest=longest(chosen.request))
    return LookupJob(
        lookup_id=lookup.public_id,
        profile=chosen.name,
        ciphertexts=tuple(blobs),
        rows=plaintexts(columns, shape, chosen),
    )
