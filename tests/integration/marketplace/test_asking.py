"""What a licence allows: questions that are answered, refused, metered; and what stops when it ends."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from kernel.actors import OtherOrganisation, RoleRequired
from ledger import queries as ledger
from marketplace import models, queries, services
from registry.types import Role
from tests.factories.marketplace import NOW
from tests.factories.privacy import by
from tests.factories.registry import member, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def licence(shop, holder):
    return shop.licence(quantity="3")


def ask(shop, licence, plan=None, *, now=NOW, actor=None):
    asked = {"licence_id": licence.id, "plan": plan or by("plan"), "actor": actor or shop.buyer, "now": now}
    return services.ask_query(**asked)


def used():
    return models.Licence.objects.get().used


def test_a_question_is_answered_and_metered(shop, holder, licence):
    query_id = ask(shop, licence)
    assert (queries.query(query_id, actor=shop.buyer).state, used()) == ("waiting", 1)
    holder.pump()
    answered = queries.query(query_id, actor=shop.buyer)
    assert answered.state == "answered"
    assert [cell.key for cell in answered.cells] == [("free",), ("rate_25",), ("rate_50",), ("rate_95",), ("rate_100",)]
    assert licence.entry_id in {entry.id for entry in ledger.trace(answered.entry_id)}
    assert [use.units for use in queries.uses(licence.id)] == [1]


def test_a_refused_question_keeps_its_reason_and_uses_nothing(shop, licence):
    query_id = ask(shop, licence, by("row_id"))
    refused = queries.query(query_id, actor=shop.buyer)
    assert (refused.state, refused.refusal.rule, used()) == ("refused", "hidden_column", 0)
    assert [use.units for use in queries.uses(licence.id)] == [0]


def test_the_quota_ends(shop, holder, licence):
    for dimension in ("plan", "health", "limitation"):
        ask(shop, licence, by(dimension))
    with pytest.raises(services.QuotaUsed):
        ask(shop, licence, by("chronic"))
    assert (used(), models.LicenceUse.objects.count()) == (3, 3)


def test_others_see_and_use_nothing(shop, holder, licence):
    stranger = member(organisation("别家保险公司", kind="enterprise"), Role.BUYER)
    query_id = ask(shop, licence)
    for act in (
        lambda: ask(shop, licence, actor=stranger),
        lambda: services.read_cube(licence_id=licence.id, actor=stranger, now=NOW),
        lambda: queries.licence(licence.id, actor=stranger),
        lambda: queries.query(query_id, actor=stranger),
    ):
        with pytest.raises(queries.NoSuchLicence):
            act()
    with pytest.raises(RoleRequired):
        ask(shop, licence, actor=shop.operator)
    with pytest.raises(RoleRequired):
        ask(shop, licence, actor=replace(shop.buyer, roles=frozenset()))
    with pytest.raises(queries.NoSuchQuestion):
        queries.query(uuid4(), actor=shop.buyer)
    assert queries.licences(actor=stranger) == ()
    assert used() == 1


def test_the_operator_sees_the_licence_but_not_what_was_asked_under_it(shop, licence):
    query_id = ask(shop, licence)
    assert queries.licence(licence.id, actor=shop.operator).used == 1
    assert queries.queries(licence.id, actor=shop.operator) == ()
    assert queries.lookups(licence.id, actor=shop.operator) == ()
    with pytest.raises(queries.NoSuchQuestion):
        queries.query(query_id, actor=shop.operator)
    auditor = member(organisation(), Role.REGULATOR)
    assert queries.query(query_id, actor=auditor).id == query_id
    assert [each.id for each in queries.queries(licence.id, actor=auditor)] == [query_id]


def test_another_operator_governs_nothing(shop, licence):
    other = member(organisation(), Role.OPERATOR)
    for act in (services.suspend_licence, services.resume_licence, services.revoke_licence):
        with pytest.raises(OtherOrganisation):
            act(licence_id=licence.id, reason="竞争", actor=other, now=NOW)
    assert queries.licence(licence.id, actor=shop.buyer).state == "active"


@pytest.mark.parametrize("when", ["over", "suspended", "revoked"])
def test_nothing_is_asked_once_a_licence_does_not_run(shop, licence, when):
    now = NOW
    if when == "over":
        now = licence.valid_until
    elif when == "suspended":
        services.suspend_licence(licence_id=licence.id, reason="核查用途", actor=shop.operator, now=NOW)
    else:
        services.revoke_licence(licence_id=licence.id, reason="滥用", actor=shop.operator, now=NOW)
    for act in (
        lambda: ask(shop, licence, now=now),
        lambda: services.read_cube(licence_id=licence.id, actor=shop.buyer, now=now),
        lambda: services.submit_lookup(licence_id=licence.id, ciphertext=b"x", actor=shop.buyer, now=now),
    ):
        with pytest.raises(services.LicenceNotActive):
            act()
    assert not models.LicenceUse.objects.exists()


def test_a_suspension_is_lifted_and_a_period_ends(shop, licence):
    services.suspend_licence(licence_id=licence.id, reason="核查用途", actor=shop.operator, now=NOW)
    services.resume_licence(licence_id=licence.id, reason="核查通过", actor=shop.operator, now=NOW)
    ask(shop, licence)
    assert services.expire_licences(now=licence.valid_until - timedelta(seconds=1)) == 0
    assert services.expire_licences(now=licence.valid_until) == 1
    facts = [entry.kind for entry in ledger.entries(subject=f"licence:{licence.id}")]
    assert facts == ["licence.issued", "licence.suspended", "licence.resumed", "licence.expired"]


def test_every_change_of_a_licence_sets_its_status_on_chain(shop, licence):
    subject, last = f"licence:{licence.id}", timezone.localdate(licence.valid_until - timedelta(seconds=1))

    def said():
        status = ledger.status(subject)
        assert status.valid_until == last
        return status.state

    seen = [said()]
    for act in (services.suspend_licence, services.resume_licence, services.suspend_licence, services.revoke_licence):
        act(licence_id=licence.id, reason="核查用途", actor=shop.operator, now=NOW)
        seen.append(said())
    assert seen == ["active", "suspended", "active", "suspended", "revoked"]


def test_status_of_a_licence_whose_period_is_over(shop, licence):
    services.expire_licences(now=licence.valid_until)
    assert ledger.status(f"licence:{licence.id}").state == "expired"


def test_the_released_table_is_free_to_read(shop, holder, licence):
    cube = services.read_cube(licence_id=licence.id, actor=shop.buyer, now=NOW)
    assert cube.state == "released"
    assert cube.result.cells
    assert used() == 0


def test_a_broken_lookup_uses_nothing(shop, holder, licence):
    with pytest.raises(Exception, match="privacy"):
        services.submit_lookup(licence_id=licence.id, ciphertext=b"not a request", actor=shop.buyer, now=NOW)
    assert (used(), models.LicenceUse.objects.count()) == (0, 0)
