"""Every state machine of the platform, by the name of its diagram in docs/diagrams/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.machine import Machine
from ledger.journal import MACHINE as JOURNAL
from marketplace.licence_flow import LICENCE
from marketplace.order_flow import ORDER, PAYMENT
from marketplace.subscription_flow import SUBSCRIPTION
from privacy.workflow import LOOKUP, RUN
from registry.certification import CERTIFICATE
from registry.identity import IDENTITY
from registry.lists import DEMAND
from registry.operation_flow import EVALUATION, PLAN
from registry.outreach import ACCESS, OPENING, REPORT
from registry.property_rights import PROPERTY_RIGHT
from registry.workflow import AGREEMENT, REGISTRATION

MACHINES: Final[Mapping[str, Machine]] = {
    "registration": REGISTRATION,
    "plan": PLAN,
    "agreement": AGREEMENT,
    "evaluation": EVALUATION,
    "demand": DEMAND,
    "identity-application": IDENTITY,
    "certificate": CERTIFICATE,
    "property-right": PROPERTY_RIGHT,
    "opening": OPENING,
    "access-request": ACCESS,
    "information-report": REPORT,
    "order": ORDER,
    "payment": PAYMENT,
    "licence": LICENCE,
    "subscription": SUBSCRIPTION,
    "query": RUN,
    "lookup": LOOKUP,
    "chain-transaction": JOURNAL,
}
