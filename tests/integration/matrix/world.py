"""One prepared world: somebody of every role inside the organisations that own its objects, and outside of them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from kernel.errors import NotPermitted
from registry import services
from registry.models import Membership, Organisation
from registry.types import ContactDraft, IdentityDraft, OrganisationKind, Role
from tests.factories.marketplace import Shop
from tests.factories.registry import member, organisation, uscc
from tests.integration.matrix.routes import Route
from tests.integration.matrix.table import PEOPLE

ANONYMOUS = "anonymous"
NOWHERE = "00000000-0000-4000-8000-00000000dead"
LOGIN = ("/registry/login/", "/account/login/")
NOT_ALLOWED = {401, 403, 404}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


refusals: list[type] = []


def refusing(kind: type[NotPermitted], *_args: Any, **_facts: Any) -> NotPermitted:
    """Make a refusal and note it: a page may show one beside its form, with another status than the API's."""
    refusals.append(kind)
    return Exception.__new__(kind)


@dataclass(frozen=True)
class Asker:
    """An account that acts for one organisation with whatever roles it is given for the moment, or nobody at all."""

    name: str
    client: Client
    user_id: int = 0
    organisation: int = 0


class Prepared:
    """The world, its objects by the name of the parameter that names them, and everybody who asks."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.market = self.shop.market
        self.world = self.market.world
        self.now = timezone.now()
        self.inside: dict[Role, Any] = {
            Role.REGISTRY_CLERK: self.world.office,
            Role.REGISTRY_REVIEWER: self.world.office,
            Role.HOLDER_AGENT: self.world.holder,
            Role.CHIEF_DATA_OFFICER: self.world.holder,
            Role.ORGANISATION_ADMIN: self.world.holder,
            Role.IMPLEMENTING_AGENCY: self.world.agency,
            Role.AUTHORISING_BODY: self.world.agency,
            Role.DATA_AUTHORITY: self.world.agency,
            Role.OPERATOR: self.world.operating,
            Role.BUYER: self.shop.buyer.organisation_id,
        }
        self.people = {role: member(self.inside[role], role) for role in self.inside}
        self.objects = self._objects() | self._bought()
        self.nobody = Asker(ANONYMOUS, Client())
        self.outsider = self._asker("outside", organisation("无关单位"))
        owners = dict.fromkeys(self.inside.values())
        self.owners = {owner: self._asker(f"inside {owner}", owner) for owner in owners}
        self.holder = self.owners[self.world.holder]
        self.people_of = {name: self.own(next(iter(cells)).partition("@")[0]) for name, cells in PEOPLE.items()}

    def _asker(self, name: str, organisation_id: UUID) -> Asker:
        account = get_user_model().objects.create_user(f"asker-{organisation_id}")
        row = Organisation.objects.get(public_id=organisation_id)
        client = Client()
        client.force_login(account)
        return Asker(name, client, account.pk, row.pk)

    def _objects(self) -> dict[str, Any]:
        world, now = self.world, self.now
        administrator = self.people[Role.ORGANISATION_ADMIN]
        resource = world.resource(name_zh="矩阵用资源")
        contact = services.add_contact(
            organisation_id=world.holder,
            draft=ContactDraft(duty="联系人", name="甲", phone="059100000000"),
            actor=administrator,
            now=now,
        )
        invitation, token = services.invite_member(
            organisation_id=world.holder, roles=[Role.HOLDER_AGENT], label="", actor=administrator, now=now
        )
        key, _token = services.issue_api_key(
            organisation_id=world.holder,
            user_id=administrator.user_id or 0,
            label="矩阵",
            actor=administrator,
            now=now,
        )
        return {
            "organisation_id": world.holder,
            "office_id": world.office,
            "user_id": self.people[Role.HOLDER_AGENT].user_id,
            "application_id": services.apply_for_identity(draft=identity(), actor=administrator, now=now),
            "contact_id": contact,
            "invitation_id": invitation,
            "token": token,
            "key_id": key,
            "resource_id": resource,
            "resource_ids": resource,
            "registration_id": world.application(resource),
            "product_id": self.shop.product_id,
            "agreement_id": self.market.agreement,
            "operator_id": world.operating,
            "agency_id": world.agency,
            "holder_id": world.holder,
            "subject_id": resource,
            "affiliate_id": self.inside[Role.OPERATOR],
        }

    def _bought(self) -> dict[str, Any]:
        licence, order = self.shop.licence(now=self.now), self.shop.order(quantity="1", now=self.now)
        words = {"username": "nobody", "kind": "resource", "name": "accept", "form": "csv"}
        return {"licence_id": licence.id, "order_id": order.id, "quote_id": order.quote_id} | words

    def address(self, route: Route, words: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return the address with this world's objects in it, or with the row's own words."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            return words.get(name) or str(self.objects.get(name, 1 if name in route.integers else NOWHERE))

        return re.sub(r"\{(\w+)\}", value, route.path)

    def body(self, example: Any) -> Any:
        """Return an example with this world's objects where it names objects."""
        if isinstance(example, dict):
            return {
                name: str(self.objects[name])
                if name in self.objects and isinstance(value, str) and _UUID.fullmatch(value)
                else self.objects[name]
                if name == "user_id"
                else self.body(value)
                for name, value in example.items()
            }
        return [self.body(one) for one in example] if isinstance(example, list) else example

    def allowed(self, asker: Asker, roles: Iterable[str], route: Route, row: Mapping[str, Any]) -> bool:
        """Ask with ``roles`` and what the row gives, undo whatever it did, and return whether that was let through."""
        with transaction.atomic():
            if asker.user_id:
                Membership.objects.bulk_create(
                    Membership(
                        user_id=asker.user_id, organisation_id=asker.organisation, role=role, granted_at=self.now
                    )
                    for role in roles
                )
            refusals.clear()
            response = self._ask(asker.client, route, row)
            transaction.set_rollback(True)
        if route.method != "GET" and 400 <= response.status_code < 500 and refusals:
            return False
        fit = response.status_code < 500 and response.status_code != 405
        assert fit or response.status_code == 503, (
            f"{asker.name}, {sorted(roles)}: {route.name} gives {response.status_code}"
        )
        to_login = response.status_code in {301, 302} and response.headers["Location"].startswith(LOGIN)
        return response.status_code not in NOT_ALLOWED and not to_login

    def _ask(self, client: Client, route: Route, row: Mapping[str, Any]) -> Any:
        address = self.address(route, row.get("with", {}))
        if route.method == "GET":
            return client.get(address)
        if route.is_page:
            return client.post(address, self._form(row))
        if "file" in row:
            headers = {"Idempotency-Key": str(uuid.uuid4())}
            return client.post(address, self._form(row), headers=headers)
        told = None if route.example is None else self.body(route.example) | self._filled(row.get("body", {}))
        body = b"" if told is None else json.dumps(told)
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return client.generic(route.method, address, body, content_type="application/json", headers=headers)

    def _filled(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a row gives, with this world's objects where it says ``{organisation_id}``."""

        def value(found: re.Match[str]) -> str:
            return str(self.objects[found[1]])

        return {name: re.sub(r"\{(\w+)\}", value, str(text)) for name, text in told.items()}

    def _form(self, row: Mapping[str, Any]) -> dict[str, Any]:
        file = SimpleUploadedFile("a.csv", b"a,b\n1,2\n", "text/csv")
        return self._filled(row.get("form", {})) | ({row["file"]: file} if "file" in row else {})

    def own(self, role: str) -> Asker:
        """Return the account inside the organisation that a role's objects belong to."""
        return self.owners.get(self.inside.get(Role(role), self.world.holder), self.outsider)


def identity() -> IdentityDraft:
    """Return an application for an identity."""
    return IdentityDraft(
        uscc=uscc("91350100"),
        name_zh="申请单位",
        name_en="",
        kind=OrganisationKind.ENTERPRISE,
        region="350100",
        level="",
        legal_representative="陈某某",
        legal_representative_id="11010519491231002X",
        contact_name="林某某",
        contact_phone="059100000000",
        method="0",
    )
