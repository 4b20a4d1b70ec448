"""The privacy ledger: one lock order, one statement per charge, never over the limit.

A budget belongs to a data version and is shared by all licensees, for they may collude; each licensee also has a
sublimit. A new version of a table inherits what the last one spent, for its rows overlap. Nothing is ever refunded.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from privacy.budget import written
from privacy.models import Budget, DataVersion, Policy, Run, Spend
from privacy.plan import Plan, refusal
from privacy.policy import Policy as Rules
from privacy.workflow import RunState


def open_budget(*, version: DataVersion, licensee_id: UUID | None, limit: int) -> Budget:
    """Return the budget of a version (and licensee), opened at its first use; the stricter of two limits holds."""
    inherited = _inherited(version, licensee_id)
    budget, fresh = Budget.objects.get_or_create(
        version=version, licensee_id=licensee_id, defaults={"limit": max(limit, inherited), "spent": inherited}
    )
    if not fresh and limit < budget.limit:
        budget = Budget.objects.select_for_update().get(pk=budget.pk)
        budget.limit = max(limit, budget.spent)
        budget.save(update_fields=["limit"])
    return budget


@transaction.atomic
def run_of(*, policy: Policy, rules: Rules, plan: Plan, licensee_id: UUID | None, now: datetime) -> tuple[Run, int]:
    """Return the plan's run and the micro-rho this caller was charged: nothing when the plan has run before.

    Reserves the plan's price from the version's budget and, if named, the licensee's. Raises PlanRefused
    (``budget_exhausted``) when either has too little left; then nothing is charged.
    """
    version = policy.version
    digest = plan.digest(table=version.table, content_hash=version.content_hash, policy=policy.digest)
    owners = {None: rules.lifetime} | ({licensee_id: rules.per_licensee} if licensee_id else {})
    opened = [open_budget(version=version, licensee_id=owner, limit=limit).pk for owner, limit in owners.items()]
    budgets = list(Budget.objects.select_for_update().filter(pk__in=opened).order_by("pk"))
    known = Run.objects.filter(plan_hash=digest).first()
    if known is not None:
        return known, 0
    left = min(budget.limit - budget.spent for budget in budgets)
    if left < plan.rho:
        raise refusal("budget_exhausted", needed=written(plan.rho), left=written(left))
    Budget.objects.filter(pk__in=opened).update(spent=F("spent") + plan.rho)
    run = Run.objects.create(
        policy=policy,
        plan=plan.document(),
        plan_hash=digest,
        rho=plan.rho,
        state=RunState.WAITING,
        created_at=now,
    )
    Spend.objects.bulk_create(Spend(budget=budget, run=run, rho=plan.rho, reserved_at=now) for budget in budgets)
    return run, plan.rho


def _inherited(version: DataVersion, licensee_id: UUID | None) -> int:
    earlier = Budget.objects.filter(
        version__source_id=version.source_id,
        version__table=version.table,
        version__number__lt=version.number,
        licensee_id=licensee_id,
    )
    last = earlier.order_by("-version__number").first()
    return last.spent if last else 0
