"""The marketplace's outside system: the payment provider that the settings name."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from marketplace.gateways.payment import PaymentProvider
from marketplace.gateways.stripe_checkout import StripeProvider


@lru_cache(maxsize=1)
def payment_provider() -> PaymentProvider:
    """Return the configured payment provider: Stripe, or the development server that plays it."""
    return StripeProvider(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE or None, settings.STRIPE_WEBHOOK_SECRET)
