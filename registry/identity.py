"""Unified identity (NDI—TR—2025—03, rules of the national data infrastructure): its words, and how one is registered.

An organisation applies once and is verified by hand, by a small bank transfer, or against the market regulator's
register. Only then does it exist here under its code; a pending application reserves nothing, so nobody keeps another
organisation out by applying in its name. The agents' credentials are cancelled before the organisation is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from kernel.machine import Machine, table

S03: Final = "NDI—TR—2025—03"
_REGION: Final = re.compile(r"[1-9][0-9]{5}")


class IdentityType(StrEnum):
    """Organisation types, by their code."""

    ORGAN = "0"
    ENTERPRISE = "1"
    SOCIAL = "2"
    UNINCORPORATED = "3"
    OTHER = "4"


class VerificationMethod(StrEnum):
    """How an organisation was verified, by its code."""

    BY_HAND = "0"
    BANK_TRANSFER = "1"
    MARKET_REGULATOR = "2"
    OTHER = "3"


class IdentityStatus(StrEnum):
    """Whether an identity can be used, by its code."""

    UNUSABLE = "0"
    USABLE = "1"


class PersonLevel(StrEnum):
    """How far a person is known, by its code."""

    UNKNOWN = "0"
    DOCUMENT = "1"
    BIOMETRIC = "2"


class PersonMethod(StrEnum):
    """By whom a person was verified, by its code."""

    POLICE = "0"
    GOVERNMENT_PLATFORM = "1"
    OTHER = "2"


class AgentMethod(StrEnum):
    """How a person came to act for an organisation, by its code."""

    ADMINISTRATOR = "0"
    LETTER = "1"
    MESSAGE = "2"


LABELS: Final[Mapping[type[StrEnum], Mapping[str, tuple[str, str]]]] = MappingProxyType(
    {
        IdentityType: {
            "0": ("机关法人", "Government organ"),
            "1": ("企事业单位法人", "Enterprise or public institution"),
            "2": ("社会团体法人", "Social organisation"),
            "3": ("非法人组织", "Unincorporated organisation"),
            "4": ("其他", "Other"),
        },
        VerificationMethod: {
            "0": ("人工核验", "By hand"),
            "1": ("对公打款", "Bank transfer"),
            "2": ("市监总局核验", "Market regulator's register"),
            "3": ("其他", "Other"),
        },
        IdentityStatus: {"0": ("不可用", "Not usable"), "1": ("可用", "Usable")},
        PersonLevel: {
            "0": ("未实名", "Not verified"),
            "1": ("已核验身份证或社保卡", "ID or social security card"),
            "2": ("已核验证件并活体比对", "Document and biometric check"),
        },
        PersonMethod: {
            "0": ("公安、人社部门", "Police or social security"),
            "1": ("国家政务服务平台", "National government service platform"),
            "2": ("其他", "Other"),
        },
        AgentMethod: {
            "0": ("管理员确认", "Confirmed by an administrator"),
            "1": ("授权书", "Letter of authorisation"),
            "2": ("短信、邮件邀请", "Invited by message"),
        },
    }
)
TYPE_OF_KIND: Final[Mapping[str, IdentityType]] = MappingProxyType(
    {
        "government": IdentityType.ORGAN,
        "institution": IdentityType.ENTERPRISE,
        "state_enterprise": IdentityType.ENTERPRISE,
        "utility": IdentityType.ENTERPRISE,
        "enterprise": IdentityType.ENTERPRISE,
        "social": IdentityType.SOCIAL,
    }
)


@dataclass(eq=False, kw_only=True)
class RegionUnknown(InvalidInput):
    """A region that is no code of GB/T 2260, or does not fit the level."""

    code = "registry.region_unknown"
    zh = "行政区划代码“{region}”无效，或与层级“{level}”不符：应为 6 位数字，省级以 0000 结尾，市级以 00 结尾。"
    en = "The region {region!r} is no code, or does not fit the level {level!r}: six digits; a province's end in 0000."
    law = "GB/T 2260"
    region: str
    level: str


def level_of(region: str) -> str:
    """Return the level that a region's code (GB/T 2260) tells: province, city or county; raise RegionUnknown."""
    if not _REGION.fullmatch(region):
        raise RegionUnknown(region=region[:20], level="")
    return "province" if region.endswith("0000") else "city" if region.endswith("00") else "county"


def level_in(region: str, level: str) -> str:
    """Return ``level`` where an organisation in ``region`` can be of it, the region's own for none named.

    A national or provincial body may sit in a city of its own; nobody is of a lower level than the region it names.
    Raises RegionUnknown.
    """
    ladder = ("national", "province", "city", "county")
    own = level_of(region)
    if level and (level not in ladder or ladder.index(level) > ladder.index(own)):
        raise RegionUnknown(region=region, level=level)
    return level or own


class ApplicationState(StrEnum):
    """Where an organisation's application for its identity stands."""

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


IDENTITY: Final = Machine(
    "identity application",
    ApplicationState.PENDING,
    table(
        [
            (ApplicationState.PENDING, "verify", ApplicationState.VERIFIED, S03),
            (ApplicationState.PENDING, "refuse", ApplicationState.REFUSED, S03),
            (ApplicationState.PENDING, "withdraw", ApplicationState.WITHDRAWN, S03),
        ]
    ),
)
