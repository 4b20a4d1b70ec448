"""Which registry office is competent: by administrative level and territory (发改数据规〔2025〕26号 Art 6).

Central organs and central state-owned enterprises go to the unit the National Data Administration names: the office of
national level. Everyone else goes to the office of their own level in their own territory; where none is set up there,
to the next one above whose territory includes theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

ARTICLE: Final = "发改数据规〔2025〕26号 第六条"
NATIONAL: Final = "national"
PROVINCE: Final = "province"
CITY: Final = "city"
COUNTY: Final = "county"
DIGITS: Final = {NATIONAL: 0, PROVINCE: 2, CITY: 4, COUNTY: 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an organisation stands: its id, its administrative level and its region (GB/T 2260, six digits)."""

    id: UUID
    level: str
    region: str


def level_of(region: str, level: str = "") -> str:
    """Return the level named, or else the one a region's digits show: 35 0000, 3501 00, 350102."""
    if level:
        return level
    if not region or region == "000000":
        return NATIONAL
    if region.endswith("0000"):
        return PROVINCE
    return CITY if region.endswith("00") else COUNTY


def competent(applicant: Place, offices: Iterable[Place]) -> Place | None:
    """Return the office competent for ``applicant`` among ``offices``, or None where none covers it."""
    width = DIGITS[level_of(applicant.region, applicant.level)]
    covering = [one for one in offices if _covers(one, applicant.region, width)]
    return max(covering, key=lambda one: DIGITS[level_of(one.region, one.level)], default=None)


def _covers(office: Place, region: str, width: int) -> bool:
    own = DIGITS[level_of(office.region, office.level)]
    return own <= width and office.region[:own] == region[:own]
