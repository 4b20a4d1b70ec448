"""Refunds: whole or in part, together never more than what was captured."""

from __future__ import annotations

from deploy.local.stripe_server.bodies import refund_body
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem, invalid, missing_parameter
from deploy.local.stripe_server.sessions import check_metadata, written
from deploy.local.stripe_server.store import Body


def create(desk: Desk) -> Body:
    """Refund ``amount`` minor units, or all that is left, of a charge; raise Problem beyond what was captured."""
    asked = desk.params
    check_metadata(asked.get("metadata"), "metadata")
    charge = _charge(desk)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise Problem(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = asked.get("amount", left)
    if amount < 1:
        raise invalid("amount", "integer", amount)
    if amount > left:
        shown = [written(minor, charge["currency"]) for minor in (amount, left)]
        raise Problem(
            "Refund amount ({}) is greater than unrefunded amount on charge ({})".format(*shown), param="amount"
        )
    refund = refund_body(now=desk.now, charge=charge, amount=amount, asked=asked)
    desk.records.add(refund)
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    desk.records.save(charge)
    desk.tell("refund.created", refund)
    desk.tell("charge.refunded", charge, before)
    return refund


def _charge(desk: Desk) -> Body:
    asked = desk.params
    if ("charge" in asked) == ("payment_intent" in asked):
        if "charge" in asked:
            raise Problem("You may pass either charge or payment_intent, not both.", param="charge")
        raise missing_parameter("payment_intent")
    if "charge" in asked:
        charge = desk.fetch("charge", asked["charge"], "charge")
    else:
        intent = desk.fetch("payment_intent", asked["payment_intent"], "payment_intent")
        charge = desk.records.find(intent["latest_charge"] or "") or {"paid": False}
    if not charge["paid"]:
        raise Problem(
            "There is no successful charge to refund.", code="payment_intent_unexpected_state", param="payment_intent"
        )
    return charge
