"""manage.py appoint: how the first person of an installation, and those nobody may grant a role, come by it."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from ledger import queries as ledger
from ledger.models import Entry
from registry import queries
from registry.models import Membership, Organisation
from registry.types import Role
from tests.factories.registry import member, organisation, uscc

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple 26"


def appointed(*arguments, password="", monkeypatch=None, **options):
    out = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("appoint", *arguments, stdout=out, **options)
    return out.getvalue()


def everything():
    models = (get_user_model(), Organisation, Membership, Entry)
    return tuple(model.objects.count() for model in models)


def test_the_first_administrator_of_an_installation(monkeypatch):
    code = uscc("11350000")
    options = {"organisation": code, "create_user": True, "create_organisation": "省数据局", "region": "350000"}
    said = appointed(
        "zhang", "organisation_admin", password=PASSWORD, monkeypatch=monkeypatch, name_en="Data bureau", **options
    )
    assert said == f"zhang organisation_admin {code}\n"
    account = get_user_model().objects.get(username="zhang")
    assert account.check_password(PASSWORD)
    assert {account.is_superuser, account.is_staff} == {False}
    actor = queries.actor_named("zhang", uscc=code)
    assert actor.roles == {Role.ORGANISATION_ADMIN}
    found = queries.organisation_coded(code)
    assert (found.name_zh, found.kind, found.region, found.level) == ("省数据局", "government", "350000", "province")
    (granted,) = ledger.entries(subject=f"organisation:{found.id}", kind="role.granted")
    assert (granted.payload["organisation"], granted.payload["role"]) == (str(found.id), "organisation_admin")
    assert len(ledger.entries(subject=f"organisation:{found.id}", kind="organisation.registered")) == 1


def test_a_role_nobody_may_grant_is_given_to_an_account_there_is():
    home = organisation("省发展改革委")
    actor = member(home, Role.ORGANISATION_ADMIN)
    name, code = get_user_model().objects.get(pk=actor.user_id).username, queries.organisation(home).uscc
    appointed(name, "pricing_authority", organisation=code)
    assert queries.actor_named(name, uscc=code).roles == {Role.ORGANISATION_ADMIN, Role.PRICING_AUTHORITY}
    before = everything()
    appointed(name, "pricing_authority", organisation=code)
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "password", "said"),
    [
        ({"username": "nobody", "create_user": False}, PASSWORD, "没有名为 nobody 的账号"),
        ({"create_organisation": None}, PASSWORD, "没有统一社会信用代码为"),
        ({"organisation": "113500000000000011"}, PASSWORD, "113500000000000011"),
        ({}, "short", "15"),
    ],
)
def test_what_cannot_be_leaves_nothing(monkeypatch, changes, password, said):
    given = {"username": "zhang", "organisation": uscc("11350000"), "create_user": True, "create_organisation": "省局"}
    given |= changes
    before = everything()
    with pytest.raises(CommandError, match=said) as caught:
        appointed(given.pop("username"), "regulator", password=password, monkeypatch=monkeypatch, **given)
    assert (caught.value.returncode, everything()) == (1, before)
