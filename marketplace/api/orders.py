"""Place, pay, cancel and refund orders."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.idempotency import idempotent
from kernel.money import Money
from marketplace import queries, services
from marketplace.api.requests import actor_of
from marketplace.schemas import OrderOut, PaymentOut, PurchaseIn, RefundIn, RefundOut
from marketplace.tasks import start_payment

router = Router()


@router.post("/orders", response={201: OrderOut}, summary="Place an order")
@idempotent
def place(request: HttpRequest, payload: PurchaseIn) -> OrderOut:
    """Place an order at a fresh quote; writes ``order.placed`` to the log."""
    order = services.place_order(**payload.dict(), actor=actor_of(request), now=timezone.now())
    return OrderOut.from_orm(order)


@router.get("/orders", response=list[OrderOut], summary="Your orders")
def orders(request: HttpRequest) -> list[OrderOut]:
    """Return the newest 100 orders that you bought, or sold, or may audit."""
    return [OrderOut.from_orm(order) for order in queries.orders(actor=actor_of(request))]


@router.get("/orders/{order_id}", response=OrderOut, summary="One order")
def order(request: HttpRequest, order_id: UUID) -> OrderOut:
    """Return an order to its buyer, its operator or a regulator."""
    return OrderOut.from_orm(queries.order(order_id, actor=actor_of(request)))


@router.post("/orders/{order_id}/payment", response=PaymentOut, summary="Pay an order")
def pay(request: HttpRequest, order_id: UUID) -> PaymentOut:
    """Open a payment at the provider, or return the one that is open; a repeat opens no second one."""
    payment = start_payment(order_id=order_id, actor=actor_of(request), now=timezone.now())
    return PaymentOut.from_orm(payment)


@router.get("/orders/{order_id}/payments", response=list[PaymentOut], summary="Payments of an order")
def payments(request: HttpRequest, order_id: UUID) -> list[PaymentOut]:
    """Return every attempt to pay an order, newest first."""
    found = queries.order(order_id, actor=actor_of(request))
    return [PaymentOut.from_orm(payment) for payment in queries.payments(found.id)]


@router.post("/orders/{order_id}/cancellation", response=OrderOut, summary="Cancel an order")
def cancel(request: HttpRequest, order_id: UUID) -> OrderOut:
    """Cancel an order that is not paid."""
    order = services.cancel_order(order_id=order_id, actor=actor_of(request), now=timezone.now())
    return OrderOut.from_orm(order)


@router.post("/orders/{order_id}/refunds", response={201: RefundOut}, summary="Refund an order")
@idempotent
def refund(request: HttpRequest, order_id: UUID, payload: RefundIn) -> RefundOut:
    """Ask for a refund of a paid, unsettled order; it is carried out by the provider within seconds."""
    asked = services.request_refund(
        order_id=order_id,
        amount=Money(payload.minor),
        reason=payload.reason,
        actor=actor_of(request),
        now=timezone.now(),
    )
    return RefundOut.from_orm(asked)
