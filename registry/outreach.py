"""What the public may ask of a registry beyond certificates: opening plans, access, reports; their states."""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from kernel.machine import Machine, table

PIPL: Final = "主席令第91号"  # 《中华人民共和国个人信息保护法》
OPINION: Final = "《关于加快公共数据资源开发利用的意见》"


class OpeningState(StrEnum):
    """Where an opening plan stands."""

    PLANNED = "planned"
    OPENED = "opened"
    WITHDRAWN = "withdrawn"


class AccessState(StrEnum):
    """Where a request for conditional access stands."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


class ReportState(StrEnum):
    """Where a report of personal information stands."""

    RECEIVED = "received"
    ANSWERED = "answered"


class Measure(StrEnum):
    """What was done about a report."""

    NOTHING_FOUND = "nothing_found"
    DESCRIPTION_CORRECTED = "description_corrected"
    FIELD_WITHDRAWN = "field_withdrawn"
    RESOURCE_SUSPENDED = "resource_suspended"


OPENING: Final = Machine(
    name="opening",
    initial=OpeningState.PLANNED,
    transitions=table(
        (
            (OpeningState.PLANNED, "open", OpeningState.OPENED, OPINION),
            (OpeningState.PLANNED, "withdraw", OpeningState.WITHDRAWN, OPINION),
            (OpeningState.OPENED, "withdraw", OpeningState.WITHDRAWN, OPINION),
        )
    ),
)
ACCESS: Final = Machine(
    name="access-request",
    initial=AccessState.PENDING,
    transitions=table(
        (
            (AccessState.PENDING, "grant", AccessState.GRANTED, OPINION),
            (AccessState.PENDING, "refuse", AccessState.REFUSED, OPINION),
        )
    ),
)
REPORT: Final = Machine(
    name="information-report",
    initial=ReportState.RECEIVED,
    transitions=table(((ReportState.RECEIVED, "answer", ReportState.ANSWERED, f"{PIPL} 第五十条"),)),
)

_LOOKS: Final = MappingProxyType(
    {
        "identity number": re.compile(
            r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
        ),
        "mobile number": re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),
        "e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    }
)


@dataclass(eq=False, kw_only=True)
class PersonalDataInPublicText(InvalidInput):
    """A text everybody will read that holds an identity number, a mobile number or an e-mail address."""

    code = "registry.personal_data_in_answer"
    zh = "公开答复中含有个人信息（{what}），请删除后再提交。"
    en = "The public answer contains personal data ({what}); take it out and send it again."
    law = f"{PIPL} 第二十五条"
    what: str


def require_impersonal(*texts: str) -> None:
    """Refuse texts with an identity number, a mobile number or an e-mail address; raise PersonalDataInPublicText."""
    for what, pattern in _LOOKS.items():
        if any(pattern.search(text) for text in texts):
            raise PersonalDataInPublicText(what=what)
