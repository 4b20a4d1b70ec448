"""What a resource or product says of itself, whole, as JSON values: for versions, differences and exports."""

from __future__ import annotations

from typing import Any, Final

from kernel.errors import plain
from registry import catalogue
from registry.models import DataProduct, DataResource, Organisation

RESOURCE_KEYS: Final = (
    *catalogue.RESOURCE_TEXTS,
    *catalogue.RESOURCE_WORDS,
    *catalogue.RESOURCE_REMARKS,
    "personal_information",
    "channel",
    "time_from",
    "time_until",
    "size",
    "size_unit",
    "records",
    "level",
    "grade",
    "assessments",
)
PRODUCT_KEYS: Final = (
    *catalogue.PRODUCT_TEXTS,
    *catalogue.PRODUCT_WORDS,
    *catalogue.PRODUCT_REMARKS,
    "personal_information",
    "time_from",
    "time_until",
    "size",
    "size_unit",
    "level",
    "grade",
)
COLUMN: Final = ("name", "type", "description_zh", "description_en", "sensitivity")


def resource_content(item: DataResource) -> dict[str, Any]:
    """Return everything a saved resource says of itself, its columns and the parties of its 权责清单 among it."""
    told = {name: plain(getattr(item, name)) for name in RESOURCE_KEYS}
    told["owner"], told["manager"], told["shared_from"] = (
        _party(one) for one in (item.owner, item.manager, item.shared_from)
    )
    told["users"] = sorted(one.uscc for one in item.users.all())
    told["fields"] = [{name: getattr(column, name) for name in COLUMN} for column in item.fields.all()]
    return told


def product_content(item: DataProduct) -> dict[str, Any]:
    """Return everything a saved product says of itself, and the codes of what it is made of."""
    told = {name: plain(getattr(item, name)) for name in PRODUCT_KEYS}
    told["resources"] = sorted(one.code for one in item.resources.all())
    told["bases"] = sorted(one.code for one in item.bases.all())
    return told


def _party(organisation: Organisation | None) -> str:
    return organisation.uscc if organisation else ""
