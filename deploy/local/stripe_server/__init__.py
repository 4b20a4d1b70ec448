"""A development server that stands in for Stripe on one machine: ours, and loud about being one. No money moves.

Run it::

    python -m deploy.local.stripe_server --port 8420 --webhook-url http://127.0.0.1:8000/payments/stripe \\
        --webhook-secret whsec_… --state .data/stripe/state.sqlite --api-key sk_test_…

and point the ``stripe`` package at it: ``stripe.StripeClient(key, base_addresses={"api": "http://127.0.0.1:8420"})``.
``--api-key`` and ``--webhook-secret`` may come from STRIPE_API_KEY and STRIPE_WEBHOOK_SECRET instead.

What it plays
    Checkout sessions in payment mode (create, retrieve, list, expire, line items), the hosted page under ``/c/pay/``
    with Stripe's test cards, payment intents, charges, refunds (whole or part, never above the capture), events with
    cursors, the balance without fees, and signed webhooks that are posted until the address answers 2xx: again after
    half a second, then at doubling intervals up to a minute, for three days. Idempotency keys replay for 24 hours.

What keeps it honest
    Each request is checked against the TypedDicts of the installed ``stripe`` package (``checking.py``), each answer
    has every member that the package's classes say is always there (``bodies.py``), and the tests drive it with the
    package itself. A parameter that Stripe knows and this server does not act on is refused with
    ``parameter_not_played``, never ignored. ``livemode`` is false everywhere; keys that are not ``sk_test_…`` are
    refused; the hosted page takes test cards alone and keeps the last four digits.

What is different from Stripe
    One webhook address, given at start; the API version is the package's own and no other; cards pay at once, without
    3-D Secure; no fees, disputes, customers, accounts or transfers; the least amount is fixed per currency (¥4.00)
    where Stripe derives it from the exchange rate of the account's own currency.

Control endpoints for tests, with the API key
    ``POST /_dev/events/{id}/redeliver``, ``GET /_dev/deliveries`` and ``POST /_dev/webhook`` (``url=``; an empty one
    lets events wait).

The state is one SQLite file of mode 600, written through before anything is acknowledged: kill -9 loses nothing. A
change, its events and the reply kept for its key are one transaction. Rooms, top to bottom: ``__main__`` → ``server``
→ ``checkout | control`` → ``api`` → ``pages | routes | webhooks`` → ``sessions | refunds | reading`` → ``desk`` →
``bodies`` → ``checking | decoding | cards | store | problems``.
"""

from deploy.local.stripe_server.server import Settings, StripeServer
from deploy.local.stripe_server.store import StateInUse

__all__ = ["Settings", "StateInUse", "StripeServer"]
