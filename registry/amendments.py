"""What a change or a correction may alter in a record, and the difference between what is described and what is found.

发改数据规〔2025〕26号 Art 9(2) and (3): data source, resource, product or service, deposit, registrant's information.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from registry import catalogue
from registry.policy import S26

LAW: Final = f"{S26} 第九条第二项、第三项"
FIELDS: Final = "fields"
LONGEST_FIELDS: Final = 500


@dataclass(eq=False, kw_only=True)
class NotAmendable(InvalidInput):
    """A field that no change touches, or a value it cannot have."""

    code = "registry.not_amendable"
    zh = "“{field}”不能变更或更正为“{value}”。"
    en = "{field} cannot be changed or corrected to {value!r}."
    law = LAW
    field: str
    value: str


@dataclass(eq=False, kw_only=True)
class NothingChanges(InvalidInput):
    """A change or correction that leaves the record as it is."""

    code = "registry.nothing_changes"
    zh = "申请内容与登记内容一致，没有需要变更或更正的事项。"
    en = "What is applied for is what is registered already: nothing would change."
    law = LAW


@dataclass(frozen=True, slots=True)
class Found:
    """A column as a source shows it: its name and its type."""

    name: str
    type: str


WIDTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "name_zh": catalogue.RESOURCE_NAME_WIDTH,
        "name_en": 200,
        "abstract_zh": catalogue.ABSTRACT_WIDTH,
        "abstract_en": catalogue.ABSTRACT_WIDTH,
        "description_zh": catalogue.ABSTRACT_WIDTH,
        "description_en": catalogue.ABSTRACT_WIDTH,
        "format": catalogue.FORMAT_WIDTH,
        "coverage": 64,
        "contact_office": 40,
        "contact_phone": 20,
        "limitations": catalogue.LIMITATIONS_WIDTH,
    }
)
WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "industry": frozenset(catalogue.INDUSTRY),
        "data_source": frozenset(map(str, catalogue.DataSource)),
        "sharing": frozenset(map(str, catalogue.SharingType)),
        "openness": frozenset(map(str, catalogue.OpenType)),
        "update_frequency": frozenset(map(str, catalogue.UpdateFrequency)),
        "library": frozenset(map(str, catalogue.LibraryKind)),
        "delivery_method": frozenset(map(str, catalogue.DeliveryMethod)),
    }
)
RESOURCE: Final = (
    "name_zh",
    "name_en",
    "abstract_zh",
    "abstract_en",
    "industry",
    "format",
    "data_source",
    "sharing",
    "openness",
    "update_frequency",
    "library",
    "coverage",
    "contact_office",
    "contact_phone",
)
PRODUCT: Final = (
    "name_zh",
    "name_en",
    "industry",
    "description_zh",
    "description_en",
    "delivery_method",
    "limitations",
    "update_frequency",
)


def checked(changes: Mapping[str, object], *, product: bool) -> dict[str, object]:
    """Return ``changes`` when each is to a field of such a record and of a value it can have; raise NotAmendable.

    ``fields`` holds a resource's whole table of columns as it shall be: name, type, descriptions, sensitivity.
    """
    allowed = PRODUCT if product else (*RESOURCE, FIELDS)
    for field, value in changes.items():
        if field not in allowed or not _fits(field, value):
            raise NotAmendable(field=field[:40], value=str(value)[:60])
    return dict(changes)


def _fits(field: str, value: object) -> bool:
    if field == FIELDS:
        return _columns_fit(value)
    if not isinstance(value, str):
        return False
    if field in WORDS:
        return value in WORDS[field]
    return 0 < len(value.strip()) <= WIDTHS[field]


def _columns_fit(value: object) -> bool:
    if not isinstance(value, list) or len(value) > LONGEST_FIELDS:
        return False
    names = [one.get("name") for one in value if isinstance(one, dict) and _column_fits(one)]
    return len(names) == len(value) == len(set(names))


def _column_fits(column: Mapping[str, object]) -> bool:
    widths = {"name": 128, "type": 40, "description_zh": 300, "description_en": 300}
    if set(column) != {*widths, "sensitivity"} or column["sensitivity"] not in set(catalogue.Sensitivity):
        return False
    texts = {key: column[key] for key in widths}
    fit = all(isinstance(text, str) and len(text) <= widths[key] for key, text in texts.items())
    return fit and bool(texts["name"]) and bool(texts["type"])


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return what would change, field by field, as before and after; raise NothingChanges when nothing would."""
    found = {
        field: {"before": before[field], "after": value} for field, value in after.items() if before[field] != value
    }
    if not found:
        raise NothingChanges
    return found


def drifted(described: Sequence[Mapping[str, str]], found: Iterable[Found]) -> list[dict[str, str]] | None:
    """Return the table of columns as the source now shows it, or None when the description still holds.

    Columns keep their descriptions; a new one is described by its name and held to be sensitive until somebody says
    otherwise.
    """
    known = {one["name"]: one for one in described}
    shown = list(found)
    if [(one["name"], one["type"]) for one in described] == [(one.name, one.type) for one in shown]:
        return None
    fresh = {"description_zh": "", "description_en": "", "sensitivity": str(catalogue.Sensitivity.SENSITIVE)}
    return [fresh | dict(known.get(one.name, {})) | {"name": one.name, "type": one.type} for one in shown]
