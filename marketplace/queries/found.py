"""What is not there, or not for this actor."""

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import NotFound


@dataclass(eq=False, kw_only=True)
class NoSuchOrder(NotFound):
    """No order of that id that the actor may see."""

    code = "marketplace.no_such_order"
    zh = "没有编号为 {order_id} 的订单，或您无权查看。"
    en = "There is no order {order_id}, or you may not see it."
    order_id: UUID


@dataclass(eq=False, kw_only=True)
class NoSuchLicence(NotFound):
    """No licence of that id that the actor may see."""

    code = "marketplace.no_such_licence"
    zh = "没有编号为 {licence_id} 的许可，或您无权查看。"
    en = "There is no licence {licence_id}, or you may not see it."
    licence_id: UUID


@dataclass(eq=False, kw_only=True)
class NoSuchListing(NotFound):
    """A product or listing that was never on offer."""

    code = "marketplace.no_such_listing"
    zh = "没有编号为 {listing_id} 的上架产品。"
    en = "There is no product {listing_id} on offer."
    listing_id: UUID


@dataclass(eq=False, kw_only=True)
class NoSuchSettlement(NotFound):
    """No settlement of that id that the actor may see."""

    code = "marketplace.no_such_settlement"
    zh = "没有编号为 {settlement_id} 的结算单，或您无权查看。"
    en = "There is no settlement {settlement_id}, or you may not see it."
    settlement_id: UUID
