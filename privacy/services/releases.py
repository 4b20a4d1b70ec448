"""Policies and protected tables: the holder's decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import ledger.services
import registry.queries
from kernel.actors import Actor
from kernel.errors import NotPermitted
from privacy import plan as plans
from privacy import policy as policies
from privacy.kinds import POLICY_ACTIVATED
from privacy.models import Cube, DataVersion, Policy
from privacy.queries.cubes import WAITING
from privacy.queries.found import missing
from privacy.services.answers import settle_cube
from privacy.services.budgets import open_budget, run_of
from privacy.services.sources import holder_of
from privacy.workflow import RunState


@dataclass(eq=False, kw_only=True)
class NotFromThisHolder(NotPermitted):
    """The product rests on no resource of the actor's organisation."""

    code = "privacy.not_from_this_holder"
    zh = "该产品不含本单位持有的数据资源，本单位不能为其设定查询策略。"
    en = "The product rests on no resource of this organisation, which may therefore set no policy for it."
    product_id: UUID


@transaction.atomic
def activate_policy(
    *,
    product_id: UUID,
    table: str,
    document: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    refs: Sequence[UUID] = (),
) -> UUID:
    """Put a query policy over the newest version of the actor's ``table`` in force for a product; return its id.

    The product's former policy is retired. Raises RoleRequired, NoSuch, NotFromThisHolder, BadPolicy,
    PolicyExceedsLimits, and PlanRefused when the policy's own cube breaks it.
    """
    holder_id = holder_of(actor=actor)
    _check_product(product_id, holder_id)
    version = _newest(table, holder_id)
    rules = _checked(document, version)
    known = Policy.objects.filter(product_id=product_id, version=version, digest=rules.digest, active=True).first()
    if known is not None:
        return known.public_id
    Policy.objects.filter(product_id=product_id, active=True).update(active=False)
    policy = Policy(
        product_id=product_id, version=version, document=dict(document), digest=rules.digest, activated_at=now
    )
    policy.entry_id = _enter(policy, actor, now, refs)
    policy.save(force_insert=True)
    open_budget(version=version, licensee_id=None, limit=rules.lifetime)
    return policy.public_id


@transaction.atomic
def release_cube(*, product_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Order the protected table of a product's active policy from the holder's domain; return its id, which waits.

    The table is paid from the data version's budget, once. Raises RoleRequired, NoSuchRecord, PlanRefused.
    """
    holder_id = holder_of(actor=actor)
    rows = Policy.objects.select_related("version__source").filter(product_id=product_id, active=True)
    policy = rows.filter(version__source__holder_id=holder_id).first() or missing(rows, product_id)
    rules = policies.parse(policy.document)
    run, _ = run_of(policy=policy, rules=rules, plan=plans.cube(rules), licensee_id=None, now=now)
    number = 1 + Cube.objects.filter(policy__product_id=product_id).count()
    cube, fresh = Cube.objects.get_or_create(policy=policy, run=run, defaults={"number": number, "state": WAITING})
    if fresh and run.state in (RunState.ANSWERED, RunState.REFUSED):
        settle_cube(cube=cube, run=run, now=now)
    return cube.public_id


def limits_of(*, version: DataVersion) -> dict[str, Any]:
    """Return the holder's own limits on a table, as it announced them."""
    unit = version.dictionary["unit"]
    return {**version.dictionary["limits"], "unit": unit["column"], "max_rows": unit["max_rows"]}


def _check_product(product_id: UUID, holder_id: UUID) -> None:
    resources = registry.queries.product(product_id).resource_ids
    if holder_id not in {registry.queries.resource(each).holder_id for each in resources}:
        raise NotFromThisHolder(product_id=product_id)


def _checked(document: Mapping[str, Any], version: DataVersion) -> policies.Policy:
    rules = policies.parse(document)
    if rules.table != version.table:
        raise policies.BadPolicy(reason="table")
    policies.within(rules, limits_of(version=version), {each["name"]: each["class"] for each in version.columns})
    plans.cube(rules)
    return rules


def _enter(policy: Policy, actor: Actor, now: datetime, refs: Sequence[UUID]) -> UUID:
    version = policy.version
    return ledger.services.append(
        kind=POLICY_ACTIVATED,
        subject=f"policy:{policy.public_id}",
        payload={
            "policy": str(policy.public_id),
            "product": str(policy.product_id),
            "table": version.table,
            "content_hash": version.content_hash,
            "policy_hash": policy.digest,
        },
        refs=[version.source.entry_id, *refs],
        actor=actor,
        now=now,
    )


def _newest(table: str, holder_id: UUID) -> DataVersion:
    rows = DataVersion.objects.select_related("source").filter(source__holder_id=holder_id, table=table)
    found = rows.order_by("-number").first()
    if found is None:
        raise policies.BadPolicy(reason=f"no connected table {table}")
    return found
