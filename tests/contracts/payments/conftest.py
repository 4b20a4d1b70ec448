"""Whom the payment port is tested on: the development server always, Stripe's test mode when a key is given.

``STRIPE_TEST_KEY=sk_test_… pytest tests/contracts/payments`` adds Stripe itself to every test that needs no buyer's
hand on the hosted page. Without the variable those runs do not exist, so nothing is skipped.
"""

import os
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
import pytest_socket

from deploy.local.stripe_server import StripeServer
from kernel.money import Money
from marketplace.gateways.payment import Intent
from marketplace.gateways.stripe_checkout import StripeProvider
from tests.fixtures.stripe_play import API_KEY, DECLINED, GOOD, SECRET, Receiver, pay, playing, receiver

__all__ = ["playing", "receiver"]

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")
PROVIDERS = ["development", *(["stripe"] if REAL_KEY else [])]


@dataclass(frozen=True)
class Bench:
    """A provider under test and the client that does what only its dashboard can."""

    provider: StripeProvider
    run: str = field(default_factory=lambda: uuid4().hex)

    def intent(self, **changes):
        """Return an intent for ¥1,200.00 that no other run has used."""
        intent = Intent(
            reference=f"{self.run}-{changes.pop('number', 1)}",
            description="健康保险数据产品 许可",
            amount=Money.of("1200.00"),
            success_url="http://127.0.0.1:8000/orders/paid?session={CHECKOUT_SESSION_ID}",
            cancel_url="http://127.0.0.1:8000/orders/1",
            language="zh-hans",
        )
        return replace(intent, **changes)

    def expire(self, ref):
        """Expire a payment at the provider."""
        self.provider._client.v1.checkout.sessions.expire(ref)


@dataclass(frozen=True)
class PlayedBench(Bench):
    """The development server, where a test can be the buyer too."""

    server: StripeServer | None = None
    receiver: Receiver | None = None

    def pay(self, redirect, card=GOOD):
        """Pay on the hosted page."""
        return pay(redirect.url, card)[0]

    def decline(self, redirect):
        """Try a card that is declined."""
        return self.pay(redirect, DECLINED)

    def paid(self, **changes):
        """Start and pay."""
        redirect = self.provider.start(self.intent(**changes))
        assert self.pay(redirect) == 303
        return redirect.ref


@pytest.fixture
def played(playing, receiver):
    """Give the development server."""
    provider = StripeProvider(API_KEY, playing.url, SECRET)
    yield PlayedBench(provider, server=playing, receiver=receiver)
    provider.close()


@pytest.fixture
def real():
    """Give Stripe's test mode; this alone may leave the machine."""
    pytest_socket._remove_restrictions()
    provider = StripeProvider(REAL_KEY, None, SECRET)
    yield Bench(provider)
    provider.close()


@pytest.fixture(params=PROVIDERS)
def bench(request):
    """Give each provider in turn."""
    return request.getfixturevalue("played" if request.param == "development" else "real")
