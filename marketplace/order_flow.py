"""The life of an order and of the payment that pays for it, as two tables."""

from typing import Final

from kernel.machine import Machine, Transition

PLACED: Final = "placed"
PAYMENT_PENDING: Final = "payment_pending"
PAID: Final = "paid"
FULFILLED: Final = "fulfilled"
EXPIRED: Final = "expired"
CANCELLED: Final = "cancelled"
REFUNDED: Final = "refunded"

ORDER: Final = Machine(
    name="order",
    initial=PLACED,
    transitions=(
        Transition(PLACED, "begin_payment", PAYMENT_PENDING),
        Transition(PAYMENT_PENDING, "begin_payment", PAYMENT_PENDING),
        Transition(PLACED, "waive", PAID, "发改价格〔2025〕65号 三"),
        Transition(PAYMENT_PENDING, "pay", PAID),
        Transition(PAID, "fulfil", FULFILLED),
        Transition(PLACED, "expire", EXPIRED),
        Transition(PAYMENT_PENDING, "expire", EXPIRED),
        Transition(PLACED, "cancel", CANCELLED),
        Transition(PAYMENT_PENDING, "cancel", CANCELLED),
        Transition(FULFILLED, "refund", REFUNDED),
    ),
)

CREATED: Final = "created"
PENDING: Final = "pending"
CAPTURED: Final = "captured"
FAILED: Final = "failed"
QUARANTINED: Final = "quarantined"
PARTLY_REFUNDED: Final = "partly_refunded"

PAYMENT: Final = Machine(
    name="payment",
    initial=CREATED,
    transitions=(
        Transition(CREATED, "redirect", PENDING),
        Transition(CREATED, "capture", CAPTURED),
        Transition(PENDING, "capture", CAPTURED),
        Transition(CREATED, "fail", FAILED),
        Transition(PENDING, "fail", FAILED),
        Transition(CREATED, "expire", EXPIRED),
        Transition(PENDING, "expire", EXPIRED),
        Transition(CREATED, "quarantine", QUARANTINED),
        Transition(PENDING, "quarantine", QUARANTINED),
        Transition(FAILED, "quarantine", QUARANTINED),
        Transition(EXPIRED, "quarantine", QUARANTINED),
        Transition(CAPTURED, "refund_part", PARTLY_REFUNDED),
        Transition(PARTLY_REFUNDED, "refund_part", PARTLY_REFUNDED),
        Transition(CAPTURED, "refund_all", REFUNDED),
        Transition(PARTLY_REFUNDED, "refund_all", REFUNDED),
    ),
)

OPEN_PAYMENTS: Final = (CREATED, PENDING)
PAYABLE_ORDERS: Final = (PLACED, PAYMENT_PENDING)
EARNING_ORDERS: Final = (PAID, FULFILLED)
