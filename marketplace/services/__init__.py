"""What may be done in the marketplace."""

from marketplace.services.asking import LicenceNotActive, QuotaUsed, ask_query, read_cube, submit_lookup
from marketplace.services.income import report_income
from marketplace.services.licences import expire_licences, resume_licence, revoke_licence, suspend_licence
from marketplace.services.listings import (
    AlreadyListed,
    GateClosed,
    Statements,
    publish_listing,
    withdraw_listing,
)
from marketplace.services.orders import (
    NotListed,
    ScenarioNotConfirmed,
    cancel_order,
    expire_orders,
    place_order,
    quote_product,
)
from marketplace.services.payments import (
    NoSuchPayment,
    OrderOverdue,
    apply_report,
    begin_payment,
    mark_notices,
    record_notice,
    record_redirect,
)
from marketplace.services.refunds import NotRefundable, RefundTooLarge, record_refund, request_refund
from marketplace.services.settlement import NothingToSettle, close_month
from marketplace.services.subscriptions import (
    AlreadySubscribed,
    NoSuchSubscription,
    NotASubscription,
    cancel_subscription,
    renew_subscriptions,
    subscribe,
)

__all__ = [
    "AlreadyListed",
    "AlreadySubscribed",
    "GateClosed",
    "LicenceNotActive",
    "NoSuchPayment",
    "NoSuchSubscription",
    "NotASubscription",
    "NotListed",
    "NotRefundable",
    "NothingToSettle",
    "OrderOverdue",
    "QuotaUsed",
    "RefundTooLarge",
    "ScenarioNotConfirmed",
    "Statements",
    "apply_report",
    "ask_query",
    "begin_payment",
    "cancel_order",
    "cancel_subscription",
    "close_month",
    "expire_licences",
    "expire_orders",
    "mark_notices",
    "place_order",
    "publish_listing",
    "quote_product",
    "read_cube",
    "record_notice",
    "record_redirect",
    "record_refund",
    "renew_subscriptions",
    "report_income",
    "request_refund",
    "resume_licence",
    "revoke_licence",
    "submit_lookup",
    "subscribe",
    "suspend_licence",
    "withdraw_listing",
]
