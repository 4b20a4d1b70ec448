"""A licensee's questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import ledger.services
from kernel.actors import Actor
from kernel.errors import Conflict, NotPermitted
from privacy import plan as plans
from privacy import policy as policies
from privacy.kinds import QUERY_REFUSED
from privacy.models import Cube, Policy, Query
from privacy.queries.cubes import RELEASED, cube_view
from privacy.queries.found import missing
from privacy.services.answers import settle_query
from privacy.services.budgets import run_of
from privacy.types import CubeView, Grant
from privacy.workflow import RunState


@dataclass(eq=False, kw_only=True)
class GrantEnded(NotPermitted):
    """The licence's grant is no longer valid."""

    code = "privacy.grant_ended"
    zh = "许可授予的查询权已于 {valid_until} 到期。"
    en = "The licence's right to query ended at {valid_until}."
    valid_until: datetime


@dataclass(eq=False, kw_only=True)
class GrantUsedUp(Conflict):
    """The licence has no questions left."""

    code = "privacy.grant_used_up"
    zh = "许可的查询次数已用完。"
    en = "The licence has no queries left."
    licence_id: UUID


@transaction.atomic
def ask(*, grant: Grant, plan: Mapping[str, Any], actor: Actor, now: datetime) -> UUID:
    """Ask a question under a grant and return its id.

    A plan that policy or budget forbids is recorded as a refused question with its reason; an allowed one reserves its
    price and waits; one that has been answered before is answered at once with the same bytes, free of charge. Raises
    OtherOrganisation, GrantEnded, GrantUsedUp.
    """
    honour(grant=grant, actor=actor, now=now)
    policy = Policy.objects.select_related("version__source").filter(product_id=grant.product_id, active=True).first()
    query = Query(
        licence_id=grant.licence_id,
        product_id=grant.product_id,
        licensee_id=grant.licensee_id,
        licence_entry_id=grant.entry_id,
        policy=policy,
        plan=_kept(plan),
        state=RunState.WAITING,
        asked_at=now,
    )
    try:
        _reserve(query, policy, plan, now)
    except plans.PlanRefused as error:
        return _refuse(query, error, actor, now)
    query.save(force_insert=True)
    if query.run is not None and query.run.state in (RunState.ANSWERED, RunState.REFUSED):
        settle_query(query=query, run=query.run, now=now)
    return query.public_id


@transaction.atomic
def read_cube(*, grant: Grant, actor: Actor, now: datetime) -> CubeView:
    """Return a product's newest released protected table with its cells and receipt; costs no budget and no query.

    Raises OtherOrganisation, GrantEnded, NoSuchRecord.
    """
    honour(grant=grant, actor=actor, now=now, reading=True)
    return cube_view(released_cube(product_id=grant.product_id), with_cells=True)


def honour(*, grant: Grant, actor: Actor, now: datetime, reading: bool = False) -> None:
    """Raise OtherOrganisation, GrantEnded or GrantUsedUp unless the grant lets the actor act now."""
    actor.require_organisation(grant.licensee_id)
    if now >= grant.valid_until:
        raise GrantEnded(valid_until=grant.valid_until)
    if not reading and grant.queries_left < 1:
        raise GrantUsedUp(licence_id=grant.licence_id)


def released_cube(*, product_id: UUID) -> Cube:
    """Return a product's newest released protected table; raise NoSuchRecord."""
    rows = Cube.objects.select_related("policy", "run__policy__version__source").filter(policy__product_id=product_id)
    return rows.filter(state=RELEASED).order_by("-pk").first() or missing(rows, product_id)


def _reserve(query: Query, policy: Policy | None, document: Mapping[str, Any], now: datetime) -> None:
    if policy is None:
        raise plans.refusal("no_policy")
    rules = policies.parse(policy.document)
    plan = plans.parse(document, rules)
    query.plan = plan.document()
    plans.check(plan, rules)
    query.run, query.charged = run_of(policy=policy, rules=rules, plan=plan, licensee_id=query.licensee_id, now=now)
    query.state = query.run.state if query.run.state == RunState.DISPATCHED else RunState.WAITING


def _refuse(query: Query, error: plans.PlanRefused, actor: Actor, now: datetime) -> UUID:
    query.state, query.answered_at = RunState.REFUSED, now
    query.rule, query.reason_zh, query.reason_en = error.rule, error.reason_zh, error.reason_en
    query.entry_id = ledger.services.append(
        kind=QUERY_REFUSED,
        subject=f"query:{query.public_id}",
        payload={
            "query": str(query.public_id),
            "licence": str(query.licence_id),
            "product": str(query.product_id),
            "rule": error.rule,
        },
        refs=[each for each in (query.licence_entry_id, query.policy and query.policy.entry_id) if each],
        actor=actor,
        now=now,
    )
    query.save(force_insert=True)
    return query.public_id


def _kept(plan: object) -> Any:
    """What is kept of a plan before it is understood: nothing that is not a modest JSON object."""
    return dict(plan) if isinstance(plan, Mapping) and len(repr(plan)) <= 8192 else {}
