"""The chart of accounts and the double entries of every movement of money.

Amounts are signed: a debit is positive, a credit negative, and the lines of one journal sum to zero in each currency.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from kernel.errors import Conflict
from kernel.money import CNY, Money

COMMITTED: Final = "lines"


@dataclass(eq=False, kw_only=True)
class Unbalanced(Conflict):
    """The lines of a journal do not sum to zero, or there are none."""

    code = "marketplace.unbalanced"
    zh = "分录不平衡：{currency} 合计 {difference}（最小货币单位）。"
    en = "The journal does not balance: {currency} sums to {difference} minor units."
    currency: str
    difference: int


class AccountKind(StrEnum):
    """What a debit balance on the account means."""

    ASSET = "asset"
    LIABILITY = "liability"


class Account(NamedTuple):
    """One account of the chart: its code, kind, names, and the organisation it belongs to, if any."""

    code: str
    kind: AccountKind
    name_zh: str
    name_en: str
    owner: UUID | None = None


class Line(NamedTuple):
    """One line: a debit (positive) or credit (negative) on an account."""

    account: Account
    amount: Money


def clearing(provider: str) -> Account:
    """Name the account of the money that a payment provider holds for us."""
    return Account(f"clearing:{provider}", AccountKind.ASSET, f"支付渠道清算款({provider})", f"Held by {provider}")


def suspense(provider: str) -> Account:
    """Name the account of money received that fits no order."""
    return Account(f"suspense:{provider}", AccountKind.LIABILITY, f"待查款({provider})", f"Suspense ({provider})")


def buyer(organisation: UUID) -> Account:
    """Name a buyer's account: what it owes for licences."""
    return Account(f"buyer:{organisation}", AccountKind.ASSET, "应收运营服务费", "Fees receivable", organisation)


def party(organisation: UUID) -> Account:
    """Name the account of what the platform owes a party of the revenue split."""
    return Account(
        f"party:{organisation}", AccountKind.LIABILITY, "应付收益分配款", "Revenue share payable", organisation
    )


UNSETTLED = Account("unsettled", AccountKind.LIABILITY, "待结算收入", "Revenue not yet settled")


def captured(*, provider: str, buyer_id: UUID, amount: Money) -> tuple[Line, ...]:
    """Return the lines of a licence sold and paid: the fee falls due, and the provider's payment clears it."""
    return balanced(
        (
            Line(buyer(buyer_id), amount),
            Line(UNSETTLED, -amount),
            Line(clearing(provider), amount),
            Line(buyer(buyer_id), -amount),
        )
    )


def refunded(*, provider: str, buyer_id: UUID, amount: Money) -> tuple[Line, ...]:
    """Return the lines of a refund before settlement: the mirror image of a capture."""
    return balanced(
        Line(line.account, -line.amount) for line in captured(provider=provider, buyer_id=buyer_id, amount=amount)
    )


def suspended(*, provider: str, amount: Money) -> tuple[Line, ...]:
    """Return the lines of money that arrived but fits no order."""
    return balanced((Line(clearing(provider), amount), Line(suspense(provider), -amount)))


def settled(shares: Mapping[UUID, Money]) -> tuple[Line, ...]:
    """Return the lines of a revenue split: out of unsettled revenue, to each party its share."""
    paid = [Line(party(organisation), -amount) for organisation, amount in sorted(shares.items()) if amount.minor]
    total = Money(-sum(line.amount.minor for line in paid), paid[0].amount.currency if paid else CNY)
    return balanced((Line(UNSETTLED, total), *paid))


def balanced(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return ``lines`` when they are some and sum to zero in every currency; raise Unbalanced."""
    checked = tuple(lines)
    sums: dict[str, int] = defaultdict(int)
    for line in checked:
        sums[line.amount.currency] += line.amount.minor
    wrong = {currency: total for currency, total in sums.items() if total}
    if wrong or not checked or any(line.amount.minor == 0 for line in checked):
        currency, difference = next(iter(wrong.items()), (CNY, 0))
        raise Unbalanced(currency=currency, difference=difference)
    return checked


def canonical(lines: Iterable[tuple[str, int, str]]) -> str:
    """Return (account code, minor units, currency) rows as one text, whatever their order: what the log commits to."""
    return json.dumps(sorted(lines), ensure_ascii=False, separators=(",", ":"))


def rows(lines: Iterable[Line]) -> list[tuple[str, int, str]]:
    """Return lines as the plain rows that ``canonical`` takes."""
    return [(line.account.code, line.amount.minor, line.amount.currency) for line in lines]
