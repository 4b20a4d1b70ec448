"""The payment port: what the marketplace needs of any payment provider, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kernel.errors import Conflict, InvalidInput, NotFound, Unavailable
from kernel.money import Money
from marketplace.types import PaymentOutcome, ProviderReport


@dataclass(eq=False, kw_only=True)
class BadSignature(InvalidInput):
    """A notification that the provider did not sign, or not now. ``reason`` is missing, forged, stale or future."""

    code = "marketplace.bad_signature"
    zh = "{provider} 的通知未通过验签（{reason}）。"
    en = "The notification is not a current one signed by {provider} ({reason})."
    provider: str
    reason: str


@dataclass(eq=False, kw_only=True)
class UnreadableNotice(InvalidInput):
    """A notification that is signed and yet not an event as the provider documents it."""

    code = "marketplace.unreadable_notice"
    zh = "{provider} 的通知已验签但无法识别。"
    en = "The notification is signed by {provider} but is not an event it documents."
    provider: str


@dataclass(eq=False, kw_only=True)
class ProviderUnavailable(Unavailable):
    """The provider does not answer, answers with a fault of its own, or does not accept our key."""

    code = "marketplace.provider_unavailable"
    zh = "支付渠道 {provider} 暂不可用（{reason}），请稍后再试。"
    en = "The payment provider {provider} is not available now ({reason}); please try again later."
    provider: str
    reason: str


@dataclass(eq=False, kw_only=True)
class PaymentRefused(Conflict):
    """The provider does not take this payment as it was asked for, for example below its least amount."""

    code = "marketplace.payment_refused"
    zh = "支付渠道 {provider} 拒绝该笔支付：{reason}"
    en = "The payment provider {provider} refuses this payment: {reason}"
    provider: str
    reason: str


@dataclass(eq=False, kw_only=True)
class RefundRefused(Conflict):
    """The provider does not refund this: nothing was captured, or less is left than asked for."""

    code = "marketplace.refund_refused"
    zh = "支付渠道 {provider} 拒绝退款：{reason}"
    en = "The payment provider {provider} refuses this refund: {reason}"
    provider: str
    reason: str


@dataclass(eq=False, kw_only=True)
class KeyReused(Conflict):
    """An idempotency key that was used at the provider for something else."""

    code = "marketplace.key_reused"
    zh = "幂等键 {key} 已用于另一笔请求。"
    en = "The idempotency key {key} was used for another request."
    key: str


@dataclass(eq=False, kw_only=True)
class UnknownToProvider(NotFound):
    """A reference that the provider does not know."""

    code = "marketplace.unknown_to_provider"
    zh = "支付渠道 {provider} 没有编号为 {ref} 的支付。"
    en = "The payment provider {provider} has no payment {ref}."
    provider: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A payment to start.

    ``reference`` is our payment's id and its idempotency key at the provider, so a repeat must carry the same values.
    ``success_url`` may hold ``{CHECKOUT_SESSION_ID}``, which becomes the provider's reference. ``expires_at`` must lie
    30 minutes to 24 hours ahead; without it the provider's own limit of 24 hours holds.
    """

    reference: str
    description: str
    amount: Money
    success_url: str
    cancel_url: str
    expires_at: datetime | None = None
    email: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """Send the payer to ``url``; the provider calls the payment ``ref`` and waits for it until ``expires_at``."""

    ref: str
    url: str
    expires_at: datetime


Next = Redirect


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What the provider says of a payment now, whatever it said before: the only source of truth about money.

    ``received`` is what was captured (nothing until then), ``refunded`` what of it went back; ``amount`` is the price.
    ``reference`` is our payment's id as the provider keeps it. ``live`` is false where no money moves.
    """

    provider: str
    ref: str
    reference: str
    outcome: PaymentOutcome
    amount: Money
    received: Money
    refunded: Money
    live: bool

    @property
    def report(self) -> ProviderReport:
        """The snapshot as the services take it."""
        return ProviderReport(
            provider=self.provider,
            reference=self.ref,
            client_reference=self.reference,
            outcome=self.outcome,
            minor=self.received.minor,
            currency=self.received.currency,
        )


class NoticeKind(StrEnum):
    """What a notification is about; a hint alone, for ``fetch`` decides."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A verified notification; ``provider_ref`` is for ``fetch`` and empty when the notice is to be ignored."""

    event_id: str
    kind: NoticeKind
    provider_ref: str
    created: datetime


class PaymentProvider(Protocol):
    """A payment provider.

    Every method but ``parse_notification`` calls it over the network, so none belongs in a transaction, and raises
    ProviderUnavailable when it does not answer.
    """

    @property
    def code(self) -> str:
        """The provider's name in our records."""

    def start(self, intent: Intent) -> Next:
        """Open a payment, or find the one opened with this reference; raise PaymentRefused or KeyReused."""

    def fetch(self, ref: str) -> Snapshot:
        """Return the payment as it is now; ``ref`` is from Redirect or Notice. Raise UnknownToProvider."""

    def refund(self, ref: str, amount: Money, idempotency_key: str) -> Snapshot:
        """Refund once per key, however often and late it is repeated; return the payment afterwards.

        Raise RefundRefused, KeyReused (same key, another amount) or UnknownToProvider.
        """

    def parse_notification(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Notice:
        """Return what a notification says once its signature and its age are verified; touches nothing else.

        Raise BadSignature, also when it was signed over 300 s ago or over 60 s ahead of ``now``, or UnreadableNotice.
        """
