"""Who may be chosen as operator: fair competition, weighed scores, conflicts of interest (27号 Art 12).

A conflict that a bidder declared keeps it out unless the agency recorded how it was removed (a recusal, a sale of
shares). One that was found and had not been declared keeps it out whatever is said of it. A tender with fewer than
three bidders left is repeated (招标投标法 Art 28); an invited one must have invited three (Art 17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import Conflict, InvalidInput
from registry.catalogue import Label
from registry.operation import Method

S27: Final = "发改数据规〔2025〕27号"
ARTICLE: Final = f"{S27} 第十二条"
TENDER_LAW: Final = "中华人民共和国招标投标法 第二十八条"
FEWEST_TENDERERS: Final = 3
TENDERS: Final = frozenset({Method.OPEN_TENDER, Method.INVITED_TENDER})
CENT: Final = Decimal("0.01")


class Criterion(StrEnum):
    """What a plan asks of an operator (Art 9): funds, management, technology, service, security."""

    FUNDS = "funds"
    MANAGEMENT = "management"
    TECHNOLOGY = "technology"
    SERVICE = "service"
    SECURITY = "security"


class Exclusion(StrEnum):
    """Why a bid does not count."""

    DECLARED_CONFLICT = "declared_conflict"
    UNDECLARED_CONFLICT = "undeclared_conflict"


class FoundConflict(StrEnum):
    """A conflict of interest that the register itself shows."""

    SAME_ORGANISATION = "same_organisation"
    AFFILIATE = "affiliate_of_agency"
    OFFICIAL_IS_MEMBER = "official_is_member"


CRITERION: Final = MappingProxyType(
    {
        Criterion.FUNDS: Label("资金", "Funds"),
        Criterion.MANAGEMENT: Label("管理", "Management"),
        Criterion.TECHNOLOGY: Label("技术", "Technology"),
        Criterion.SERVICE: Label("服务", "Service"),
        Criterion.SECURITY: Label("安全", "Security"),
    }
)
EXCLUSION: Final = MappingProxyType(
    {
        Exclusion.DECLARED_CONFLICT: Label("已申报利益冲突，未消除", "Declared conflict, not removed"),
        Exclusion.UNDECLARED_CONFLICT: Label("未申报利益冲突", "Undeclared conflict"),
    }
)
FOUND_CONFLICT: Final = MappingProxyType(
    {
        FoundConflict.SAME_ORGANISATION: Label("与实施机构为同一单位", "It is the agency itself"),
        FoundConflict.AFFILIATE: Label("为实施机构的关联单位", "It is an affiliate of the agency"),
        FoundConflict.OFFICIAL_IS_MEMBER: Label("经办人在该单位任职", "The official acting belongs to it"),
    }
)


@dataclass(eq=False, kw_only=True)
class BidRefused(InvalidInput):
    """A chosen operator that did not bid, has a conflict of interest, or was outscored."""

    code = "registry.bid_refused"
    zh = "不能选定该运营机构：{reason_zh}。"
    en = "This operator cannot be chosen: {reason_en}."
    law = ARTICLE
    reason_zh: str
    reason_en: str


@dataclass(eq=False, kw_only=True)
class TooFewBidders(Conflict):
    """A tender with fewer than three bidders that count."""

    code = "registry.too_few_bidders"
    zh = "招标方式下有效投标人仅 {bidders} 家，少于 {needed} 家，应当重新招标或改用其他公平竞争方式。"
    en = "Only {bidders} bids count in this tender, {needed} are needed: repeat it, or compete in another fair way."
    law = TENDER_LAW
    bidders: int
    needed: int


@dataclass(eq=False, kw_only=True)
class ScoreImpossible(InvalidInput):
    """A score or weight that cannot be: scores lie between 0 and 100, weights are positive and sum to one."""

    code = "registry.score_impossible"
    zh = "评分无效：各项得分应在 0 至 100 之间，权重应为正数且合计为 1，评分项与权重项须一致。"
    en = "The scores are impossible: each between 0 and 100; weights positive, summing to 1, for the same criteria."
    law = ARTICLE


@dataclass(eq=False, kw_only=True)
class ReasonNeeded(InvalidInput):
    """A way of competing that is not a tender needs its reason."""

    code = "registry.method_reason"
    zh = "采用谈判或其他公平竞争方式的，应当记录理由。"
    en = "Negotiation or another way of competing needs a recorded reason."
    law = ARTICLE


@dataclass(frozen=True, slots=True)
class Standing:
    """How one bid stands: its total, what the register found against it, and why it does not count, if so."""

    score: Decimal
    found: FoundConflict | None
    excluded: Exclusion | None


def weighed(scores: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    """Return the weighed total of a bid's scores, two decimals; raise ScoreImpossible."""
    right = set(scores) == set(weights) <= set(Criterion) and sum(weights.values(), Decimal(0)) == 1
    if not right or any(weight <= 0 for weight in weights.values()):
        raise ScoreImpossible
    if any(not 0 <= score <= 100 for score in scores.values()):
        raise ScoreImpossible
    return sum((scores[name] * weight for name, weight in weights.items()), Decimal(0)).quantize(CENT)


def excluded(*, declared: str, remedy: str, found: FoundConflict | None) -> Exclusion | None:
    """Return why a bid with such conflicts does not count, or None."""
    if found is not None and not declared.strip():
        return Exclusion.UNDECLARED_CONFLICT
    if declared.strip() and not remedy.strip():
        return Exclusion.DECLARED_CONFLICT
    return None


def require_method(method: Method, *, reason: str) -> None:
    """Refuse a method other than a tender without its reason; raise ReasonNeeded."""
    if method not in TENDERS and not reason.strip():
        raise ReasonNeeded


def require_best(bids: Sequence[tuple[object, Standing]], chosen: object, *, method: Method) -> None:
    """Refuse a choice that is not the best bid that counts; raise BidRefused or TooFewBidders."""
    mine = next((standing for bidder, standing in bids if bidder == chosen), None)
    if mine is None:
        raise BidRefused(reason_zh="未参加竞争", reason_en="it did not bid")
    if mine.excluded is not None:
        label = EXCLUSION[mine.excluded]
        raise BidRefused(reason_zh=f"存在利益冲突（{label.name_zh}）", reason_en=f"{label.name_en.lower()} of interest")
    counting = [standing for _, standing in bids if standing.excluded is None]
    if any(standing.score > mine.score for standing in counting):
        raise BidRefused(reason_zh="得分不是最高", reason_en="another bid scored higher")
    if method in TENDERS and len(counting) < FEWEST_TENDERERS:
        raise TooFewBidders(bidders=len(counting), needed=FEWEST_TENDERERS)
