"""Finding the registry office an application belongs to (发改数据规〔2025〕26号 Art 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.errors import InvalidInput
from registry.limits import local_day
from registry.models import DataProduct, DataResource, Organisation
from registry.queries.files import competent_office, offices
from registry.queries.found import row
from registry.queries.rulebooks import rulebook
from registry.workflow import S26


@dataclass(eq=False, kw_only=True)
class NotAnOffice(InvalidInput):
    """An application to an organisation that registers nothing."""

    code = "registry.not_an_office"
    zh = "“{name}”不是登记机构。"
    en = "{name} is no registry office."
    law = f"{S26} 第六条"
    name: str


@dataclass(eq=False, kw_only=True)
class WrongOffice(InvalidInput):
    """An application to an office that is not competent by level and territory; the error names the right one."""

    code = "registry.wrong_office"
    zh = "按照行政层级和属地原则，该申请应向“{competent}”提出，“{name}”不予受理。"
    en = "By level and territory this goes to {competent}; {name} is not competent."
    law = f"{S26} 第六条"
    name: str
    competent: str
    competent_id: UUID


def competent_for(about: DataResource | DataProduct, office_id: UUID | None, /, *, now: datetime) -> Organisation:
    """Return the competent office, which is the one asked for if any is; raise NotAnOffice, WrongOffice."""
    named = row(Organisation.objects.all(), office_id) if office_id else None
    registering = offices()
    if named is not None and named not in registering:
        raise NotAnOffice(name=named.name_zh)
    on = local_day(now)
    rules = rulebook(named or (registering[0] if registering else _first_owner(about)), on=on)
    right = competent_office(about, book=rules)
    if right is None:
        raise NotAnOffice(name="—")
    if named is not None and named != right:
        raise WrongOffice(name=named.name_zh, competent=right.name_zh, competent_id=right.public_id)
    return right


def _first_owner(about: DataResource | DataProduct) -> Organisation:
    return about.holder if isinstance(about, DataResource) else about.operator
