"""Subscribe to a plan, see what runs, and stop."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.idempotency import idempotent
from marketplace import queries, services
from marketplace.api.requests import actor_of
from marketplace.schemas.trade import SubscriptionIn, SubscriptionOut

router = Router()


@router.post("/subscriptions", response={201: SubscriptionOut}, summary="Subscribe to a plan")
@idempotent
def subscribe(request: HttpRequest, payload: SubscriptionIn) -> SubscriptionOut:
    """Order a subscription plan and keep ordering it before each period ends; pay its order like any other."""
    view = services.subscribe(**payload.dict(), actor=actor_of(request), now=timezone.now())
    return SubscriptionOut.from_orm(view)


@router.get("/subscriptions", response=list[SubscriptionOut], summary="Your subscriptions")
def subscriptions(request: HttpRequest) -> list[SubscriptionOut]:
    """Return the newest 100 subscriptions that are yours, or of your products, or that you may audit."""
    return [SubscriptionOut.from_orm(view) for view in queries.subscriptions(actor=actor_of(request))]


@router.post("/subscriptions/{subscription_id}/cancellation", response=SubscriptionOut, summary="Stop a subscription")
def cancel(request: HttpRequest, subscription_id: UUID) -> SubscriptionOut:
    """Order no further period; what is paid stays valid."""
    view = services.cancel_subscription(subscription_id=subscription_id, actor=actor_of(request), now=timezone.now())
    return SubscriptionOut.from_orm(view)
