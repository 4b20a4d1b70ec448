"""What certificates are, what becomes of them, and which data may get which.

Three kinds: the registration certificate (登记证书, 26号 Art 13), the data property right certificate
(数据产权登记凭证, 数据产权登记工作指引 Art 27) and the data-asset certificate (数据资产凭证). A certificate is never
altered: a change makes a new one, and the old one says why it no longer stands.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import Conflict
from kernel.machine import Machine, table
from registry.workflow import S26, S27

SPR: Final = "国数综政策〔2026〕35号"


class CertificateKind(StrEnum):
    """What a certificate certifies."""

    REGISTRATION = "registration"
    PROPERTY_RIGHT = "property_right"
    DATA_ASSET = "data_asset"


PREFIXES: Final = MappingProxyType(
    {CertificateKind.REGISTRATION: "DJ", CertificateKind.PROPERTY_RIGHT: "SJ", CertificateKind.DATA_ASSET: "ZC"}
)
GROUNDS: Final = MappingProxyType(
    {
        CertificateKind.REGISTRATION: f"{S26} 第十三条",
        CertificateKind.PROPERTY_RIGHT: f"{SPR} 第二十七条",
        CertificateKind.DATA_ASSET: f"{S27} 第二十三条",
    }
)


class CertificateState(StrEnum):
    """Where a certificate stands. ``expired`` is not stored: the day says it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class CertificateEvent(StrEnum):
    """What moves it."""

    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"
    REVOKE = "revoke"
    LAPSE = "lapse"


VALID: Final = "valid"
EXPIRED: Final = "expired"
STANDING: Final = frozenset({CertificateState.ACTIVE, CertificateState.SUSPENDED})
_ENDS: Final = (
    (CertificateEvent.SUPERSEDE, CertificateState.SUPERSEDED, f"{S26} 第九条"),
    (CertificateEvent.CANCEL, CertificateState.CANCELLED, f"{S26} 第九条第四项"),
    (CertificateEvent.REVOKE, CertificateState.REVOKED, f"{S26} 第二十条"),
    (CertificateEvent.LAPSE, CertificateState.LAPSED, f"{S26} 第十五条"),
)

CERTIFICATE: Final = Machine(
    name="certificate",
    initial=CertificateState.ACTIVE,
    transitions=table(
        (
            (CertificateState.ACTIVE, CertificateEvent.SUSPEND, CertificateState.SUSPENDED, f"{S26} 第二十条"),
            (CertificateState.SUSPENDED, CertificateEvent.RESUME, CertificateState.ACTIVE, f"{S26} 第二十条"),
            *((state, event, end, article) for state in sorted(STANDING) for event, end, article in _ENDS),
        )
    ),
)

# What the procedure behind a certificate has come to, and what that does to the certificate.
FOLLOWS: Final = MappingProxyType(
    {
        "cancelled": CertificateEvent.CANCEL,
        "revoked": CertificateEvent.REVOKE,
        "lapsed": CertificateEvent.LAPSE,
        "terminated": CertificateEvent.CANCEL,
        "superseded": CertificateEvent.SUPERSEDE,
        "transferred": CertificateEvent.SUPERSEDE,
        "changed": CertificateEvent.SUPERSEDE,
        "renewed": CertificateEvent.SUPERSEDE,
    }
)
PROPERTY_ARTICLES: Final = MappingProxyType(
    {
        CertificateEvent.SUSPEND: f"{SPR} 第二十三条",
        CertificateEvent.RESUME: f"{SPR} 第二十三条",
        CertificateEvent.SUPERSEDE: f"{SPR} 第三十二条",
        CertificateEvent.CANCEL: f"{SPR} 第二十九条、第三十二条",
        CertificateEvent.REVOKE: f"{SPR} 第二十二条",
        CertificateEvent.LAPSE: f"{SPR} 第三十六条",
    }
)


@dataclass(eq=False, kw_only=True)
class AssetRefused(Conflict):
    """A data-asset certificate for raw public data."""

    code = "registry.asset_refused"
    zh = "党政机关履职形成的原始公共数据资源（{data_code}）不得核发数据资产凭证；经授权开发并登记赋码的产品和服务可以。"
    en = "Raw data of party and government organs ({data_code}) gets no data-asset certificate; a coded product does."
    law = f"{S27} 第二十一条、第二十三条；{SPR} 第十五条"
    data_code: str


def article(kind: str, event: str) -> str:
    """Return the article on which ``event`` happens to a certificate of ``kind``."""
    if kind == CertificateKind.PROPERTY_RIGHT:
        return PROPERTY_ARTICLES[CertificateEvent(event)]
    return next(row.article for row in CERTIFICATE.transitions if row.event == event)


def effective(state: str, *, behind: str, valid_until: date, on: date) -> str:
    """Return what a certificate is worth on the day ``on``: valid, expired, suspended, superseded, cancelled, revoked.

    ``behind`` is the state of the procedure it certifies, which counts at once, also before the certificate's own row
    has followed. ``valid_until`` is the first day after its term.
    """
    event = FOLLOWS.get(behind)
    if state in STANDING and event is not None:
        state = CERTIFICATE.fire(state, event).target
    if state == CertificateState.ACTIVE:
        return VALID if on < valid_until else EXPIRED
    return EXPIRED if state == CertificateState.LAPSED else state


def admit_asset(*, raw: bool, public_body: bool, data_code: str) -> None:
    """Refuse a data-asset certificate for the raw resource of a party or government organ; raise AssetRefused."""
    if raw and public_body:
        raise AssetRefused(data_code=data_code)
