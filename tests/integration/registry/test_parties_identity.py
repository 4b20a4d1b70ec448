"""Unified identity: applying, verifying, members and roles, invitations, keys, and the end of an organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from kernel.actors import SYSTEM, Actor, OtherOrganisation, RoleRequired
from kernel.errors import DomainError
from kernel.machine import WrongState
from ledger.models import Entry
from registry import models, queries, services
from registry.identity import RegionUnknown, level_in
from registry.persons import IdMalformed, PhoneMalformed
from registry.queries import NoSuch, UnknownApiKey
from registry.types import ContactDraft, IdentityDraft, OrganisationKind, PersonDraft, Role
from registry.uscc import UsccCheckDigitWrong, check_character
from tests.factories.registry import START, member, organisation, uscc

pytestmark = pytest.mark.django_db
TABLES = (
    models.Organisation,
    models.OrganisationApplication,
    models.Membership,
    models.Invitation,
    models.ApiKey,
    models.ContactPerson,
    models.PersonIdentity,
    Entry,
)
ID = "11010519491231002X"


def refused(error: type[DomainError], act, **arguments):
    before = [list(table.objects.order_by("pk").values()) for table in TABLES]
    with pytest.raises(error) as caught, transaction.atomic():
        act(**({"now": START} | arguments))
    assert [list(table.objects.order_by("pk").values()) for table in TABLES] == before
    assert caught.value.sentence("zh") != caught.value.sentence("en")
    return caught.value


def newcomer(name: str) -> Actor:
    user = services.create_user(username=name, password=None, display_name="", actor=SYSTEM, now=START)
    return Actor(kind="person", user_id=user)


def draft(**changes) -> IdentityDraft:
    made = IdentityDraft(
        uscc=uscc("91350100"),
        name_zh="海峡数据服务有限公司",
        name_en="Strait Data Services",
        kind=OrganisationKind.ENTERPRISE,
        region="350100",
        level="",
        legal_representative="陈某某",
        legal_representative_id=ID,
        contact_name="林某某",
        contact_phone="0591-8700 0000",
        method="1",
    )
    return replace(made, **changes)


@pytest.fixture
def clerk():
    return member(organisation("登记中心", kind=OrganisationKind.INSTITUTION), Role.REGISTRY_CLERK)


@pytest.fixture
def authority():
    return member(organisation("数据局"), Role.DATA_AUTHORITY)


def registered(clerk, applicant, **changes):
    made = services.apply_for_identity(draft=draft(**changes), actor=applicant, now=START)
    return services.verify_identity(application_id=made, method="1", evidence="流水号 1", actor=clerk, now=START)


def administrator(clerk, name="boss", **changes):
    applicant = newcomer(name)
    registered(clerk, applicant, **changes)
    return queries.actor_of_user(models.User.objects.get(pk=applicant.user_id))


def test_a_newcomer_registers_an_organisation_and_becomes_its_administrator(clerk):
    applicant = newcomer("boss")
    wanted = draft()
    made = services.apply_for_identity(draft=wanted, actor=applicant, now=START)
    assert queries.organisation_by_uscc(wanted.uscc) is None
    assert queries.actor_of_user(models.User.objects.get(pk=applicant.user_id)).organisation_id is None
    assert [one.id for one in queries.identity_applications(actor=clerk)] == [made]
    organisation_id = services.verify_identity(
        application_id=made, method="1", evidence="打款 0.37 元", actor=clerk, now=START
    )
    actor = queries.actor_of_user(models.User.objects.get(pk=applicant.user_id))
    assert (actor.organisation_id, actor.roles) == (organisation_id, {"organisation_admin"})
    profile = queries.organisation_profile(organisation_id, actor=actor)
    assert (profile.level, profile.identity_type, profile.verification_method, profile.status) == (
        "city",
        "1",
        "1",
        "1",
    )
    assert (profile.legal_representative, profile.legal_representative_id) == ("陈某某", "110***********002X")
    assert [(one.name, one.phone) for one in profile.contacts] == [("林某某", "059187000000")]
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))[-3:]
    assert kinds == ["organisation.registered", "organisation.verified", "role.granted"]


def test_a_pending_application_reserves_nothing_and_only_one_is_verified(clerk):
    first, second, code = newcomer("first"), newcomer("second"), uscc("91350100")
    one = services.apply_for_identity(draft=draft(uscc=code), actor=first, now=START)
    two = services.apply_for_identity(draft=draft(uscc=code), actor=second, now=START)
    refused(services.AlreadyApplied, services.apply_for_identity, draft=draft(uscc=code), actor=first)
    services.verify_identity(application_id=two, method="0", evidence="营业执照", actor=clerk, now=START)
    assert queries.identity_application(one, actor=first).state == "refused"
    assert code in queries.identity_application(one, actor=first).reason
    refused(WrongState, services.verify_identity, application_id=one, method="0", evidence="执照", actor=clerk)
    refused(services.UsccTaken, services.apply_for_identity, draft=draft(uscc=code), actor=newcomer("third"))


def test_a_wrong_code_names_the_character_expected():
    code = uscc("91350100")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    error = refused(UsccCheckDigitWrong, services.apply_for_identity, draft=draft(uscc=wrong), actor=newcomer("a"))
    assert (error.expected, error.found) == (check_character(code[:-1]), wrong[-1])
    assert error.expected in error.sentence("zh")
    assert error.expected in error.sentence("en")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": "club"}, services.UnknownWord),
        ({"region": "099900"}, RegionUnknown),
        ({"region": "350000", "level": "county"}, None),
        ({"region": "350102", "level": "galaxy"}, RegionUnknown),
        ({"legal_representative_id": "110105194912310021"}, IdMalformed),
        ({"legal_representative_id": "110105194902310025"}, IdMalformed),
        ({"contact_phone": "call me"}, PhoneMalformed),
        ({"name_zh": "  "}, services.IdentityIncomplete),
    ],
)
def test_a_defective_application_is_refused(changes, error):
    if error is None:
        assert level_in("350102", "province") == "province"
        error = RegionUnknown
    refused(error, services.apply_for_identity, draft=draft(**changes), actor=newcomer("a"))


def test_only_the_office_verifies_and_nobody_oneself(clerk):
    made = services.apply_for_identity(draft=draft(), actor=newcomer("a"), now=START)
    verify = {"application_id": made, "method": "0", "evidence": "执照"}
    refused(RoleRequired, services.verify_identity, **verify, actor=member(organisation(), Role.REGULATOR))
    refused(services.IdentityIncomplete, services.verify_identity, **(verify | {"evidence": " "}), actor=clerk)
    own = services.apply_for_identity(draft=draft(), actor=clerk, now=START)
    refused(services.OwnApplication, services.verify_identity, **(verify | {"application_id": own}), actor=clerk)
    refused(services.OwnApplication, services.refuse_identity, application_id=own, reason="不", actor=clerk)
    refused(NoSuch, services.withdraw_application, application_id=made, actor=newcomer("b"))
    with pytest.raises(NoSuch):
        queries.identity_application(made, actor=member(organisation(), Role.REGULATOR))


def test_names_numbers_and_phones_lie_encrypted_in_the_database(clerk):
    administrator(clerk)
    services.state_identity(
        draft=PersonDraft(real_name="陈某某", phone="13800138000", id_number=ID), actor=newcomer("p"), now=START
    )
    with connection.cursor() as cursor:
        for table in ("organisation", "organisationapplication", "contactperson", "personidentity"):
            cursor.execute(f"SELECT t::text FROM registry_{table} t")
            text = str(cursor.fetchall())
            for secret in ("陈某某", "林某某", ID, "059187000000", "13800138000"):
                assert secret not in text
                assert secret.encode().hex() not in text


def test_one_document_belongs_to_one_account():
    first, second = newcomer("first"), newcomer("second")
    stated = PersonDraft(real_name="陈某某", phone="13800138000", id_number=ID)
    services.state_identity(draft=stated, actor=first, now=START)
    services.state_identity(draft=replace(stated, phone="13800138001"), actor=first, now=START)
    assert queries.person(actor=first).phone == "13800138001"
    error = refused(services.DocumentKnown, services.state_identity, draft=stated, actor=second)
    assert error.facts == {}


def test_a_clerk_gives_no_authority_and_an_administrator_only_what_its_kind_may(clerk, authority):
    boss = administrator(clerk)
    token = invited(boss, Role.BUYER)
    colleague = newcomer("colleague")
    services.accept_invitation(token=token, actor=colleague, now=START)
    give = {"user_id": colleague.user_id, "organisation_id": boss.organisation_id}
    for role in set(Role) - {Role.ORGANISATION_ADMIN}:
        error = refused(services.RoleNotGrantable, services.grant_role, **give, role=role, actor=clerk)
        assert (error.role, error.grantable) == (role, "organisation_admin")
    for role in set(Role) - {Role.ORGANISATION_ADMIN, Role.OPERATOR, Role.BUYER, Role.BROKER}:
        refused(services.RoleNotGrantable, services.grant_role, **give, role=role, actor=boss)
    for role in (Role.DATA_AUTHORITY, Role.PRICING_AUTHORITY, Role.REGULATOR, Role.REGISTRY_CLERK):
        refused(services.RoleNotGrantable, services.grant_role, **give, role=role, actor=authority)
    services.grant_role(**give, role=Role.OPERATOR, actor=boss, now=START)
    refused(services.OwnRole, services.grant_role, **(give | {"user_id": boss.user_id}), role=Role.BUYER, actor=boss)
    elsewhere = organisation("别家", kind=OrganisationKind.ENTERPRISE)
    refused(
        services.RoleNotGrantable,
        services.grant_role,
        **(give | {"organisation_id": elsewhere}),
        role=Role.BUYER,
        actor=boss,
    )
    stranger = newcomer("stranger")
    refused(
        services.NoSuchAccount,
        services.grant_role,
        **(give | {"user_id": stranger.user_id}),
        role=Role.BUYER,
        actor=boss,
    )
    refused(services.UnknownWord, services.grant_role, **give, role="king", actor=boss)


def invited(boss, *roles):
    return services.invite_member(
        organisation_id=boss.organisation_id, roles=roles, label="同事", actor=boss, now=START
    )[1]


def test_an_invitation_works_once_for_seven_days_and_while_its_inviter_may(clerk):
    boss, guest = administrator(clerk), newcomer("guest")
    token = invited(boss, Role.BUYER)
    late = START + timedelta(days=7)
    refused(services.InvitationVoid, services.accept_invitation, token=token, actor=guest, now=late)
    refused(services.OwnRole, services.accept_invitation, token=token, actor=boss)
    refused(services.InvitationVoid, services.accept_invitation, token=token + "x", actor=guest)
    assert services.accept_invitation(token=token, actor=guest, now=START) == boss.organisation_id
    refused(services.InvitationVoid, services.accept_invitation, token=token, actor=newcomer("other"))
    other = invited(boss, Role.BROKER)
    models.Membership.objects.filter(user_id=boss.user_id).delete()
    refused(services.RoleNotGrantable, services.accept_invitation, token=other, actor=newcomer("late"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM registry_invitation t")
        assert token not in cursor.fetchone()[0]


def test_the_last_administrator_stays_and_leaving_ends_ones_keys(clerk):
    boss, guest = administrator(clerk), newcomer("guest")
    last = {"user_id": boss.user_id, "organisation_id": boss.organisation_id, "role": Role.ORGANISATION_ADMIN}
    refused(services.LastAdministrator, services.revoke_role, **last, actor=boss)
    services.accept_invitation(token=invited(boss, Role.BUYER), actor=guest, now=START)
    acting = queries.actor_of_user(models.User.objects.get(pk=guest.user_id))
    _, token = services.issue_api_key(
        organisation_id=boss.organisation_id, user_id=guest.user_id, label="接口", actor=acting, now=START
    )
    assert queries.agent_status(guest.user_id, organisation_id=boss.organisation_id) == "1"
    services.revoke_role(
        user_id=guest.user_id, organisation_id=boss.organisation_id, role=Role.BUYER, actor=boss, now=START
    )
    assert queries.agent_status(guest.user_id, organisation_id=boss.organisation_id) == "0"
    with pytest.raises(UnknownApiKey):
        queries.actor_of_api_key(token, now=START)


def test_an_organisation_ends_after_its_agents(clerk):
    boss = administrator(clerk)
    key, token = services.issue_api_key(
        organisation_id=boss.organisation_id, user_id=boss.user_id, label="接口", actor=boss, now=START
    )
    end = {"organisation_id": boss.organisation_id, "reason": "依法注销"}
    refused(RoleRequired, services.deactivate_organisation, **end, actor=boss)
    refused(services.IdentityIncomplete, services.deactivate_organisation, **(end | {"reason": ""}), actor=clerk)
    refused(
        services.OwnApplication,
        services.deactivate_organisation,
        **(end | {"organisation_id": clerk.organisation_id}),
        actor=clerk,
    )
    services.deactivate_organisation(**end, actor=clerk, now=START)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))[-3:]
    assert kinds == ["key.revoked", "role.revoked", "organisation.deactivated"]
    assert queries.actor_of_user(models.User.objects.get(pk=boss.user_id)).organisation_id is None
    with pytest.raises(UnknownApiKey):
        queries.actor_of_api_key(token, now=START)
    refused(services.OrganisationInactive, services.deactivate_organisation, **end, actor=clerk)
    give = {"user_id": boss.user_id, "organisation_id": boss.organisation_id, "role": Role.BUYER}
    refused(services.OrganisationInactive, services.grant_role, **give, actor=SYSTEM)
    assert key


def test_contacts_are_kept_by_the_administrator_alone(clerk):
    boss = administrator(clerk)
    contact = ContactDraft(duty="数据安全负责人", name="黄某某", phone="059100000001")
    other = administrator(clerk, "other")
    refused(OtherOrganisation, services.add_contact, organisation_id=boss.organisation_id, draft=contact, actor=other)
    made = services.add_contact(organisation_id=boss.organisation_id, draft=contact, actor=boss, now=START)
    refused(OtherOrganisation, services.remove_contact, contact_id=made, actor=other)
    services.remove_contact(contact_id=made, actor=boss, now=START)
    (last,) = queries.organisation_profile(boss.organisation_id, actor=boss).contacts
    refused(services.LastContact, services.remove_contact, contact_id=last.id, actor=boss)


def bearer(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_key_does_no_more_than_its_scopes_and_never_what_only_a_session_may(clerk):
    boss = administrator(clerk)
    issue = {"organisation_id": boss.organisation_id, "user_id": boss.user_id, "label": "接口", "actor": boss}
    refused(services.ScopeMissing, services.issue_api_key, **issue, scopes=[])
    refused(services.UnknownWord, services.issue_api_key, **issue, scopes=["everything"])
    refused(services.KeyTermRefused, services.issue_api_key, **issue, days=366)
    _, token = services.issue_api_key(**issue, scopes=["registry:read"], now=START)
    assert bearer(token).get("/api/registry/notices").status_code == 200
    for method, path in (("post", "/api/registry/identities"), ("get", "/api/ledger/lag")):
        answer = getattr(bearer(token), method)(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "registry.key_out_of_scope")
        assert answer.json()["facts"]["held"] == "registry:read"
    for path in ("/api/registry/keys", "/api/registry/account", f"/api/registry/members/{boss.organisation_id}"):
        assert bearer(token).get(path).json()["facts"]["needed"] == "session"
    used = models.ApiKey.objects.get(user_id=boss.user_id)
    assert used.last_used_at is not None
    bearer(token).get("/api/registry/notices")
    assert models.ApiKey.objects.get(user_id=boss.user_id).last_used_at == used.last_used_at
    models.ApiKey.objects.update(expires_at=used.last_used_at)
    assert bearer(token).get("/api/registry/notices").json()["code"] == "registry.unknown_api_key"


def test_one_account_acts_for_one_organisation_at_a_time(clerk):
    boss = administrator(clerk)
    second = organisation("第二家", kind=OrganisationKind.ENTERPRISE)
    services.grant_role(user_id=boss.user_id, organisation_id=second, role=Role.BUYER, actor=SYSTEM, now=START)
    stranger = organisation("别家")
    client = Client()
    client.force_login(models.User.objects.get(pk=boss.user_id))
    assert client.get("/api/registry/account").json()["roles"] == ["organisation_admin"]
    switch = {"organisation_id": str(second)}
    answer = client.post("/api/registry/account/organisation", switch, content_type="application/json")
    assert answer.json()["roles"] == ["buyer"]
    assert client.get("/api/registry/account").json()["organisation_id"] == str(second)
    refusal = client.post("/registry/account/organisation/", {"organisation": str(stranger)})
    assert refusal.status_code == 404
    assert client.get("/api/registry/account").json()["organisation_id"] == str(second)
    assert (
        client.post("/registry/account/organisation/", {"organisation": str(boss.organisation_id)}).status_code == 302
    )
    assert client.get("/api/registry/account").json()["roles"] == ["organisation_admin"]


def test_the_pages_carry_an_organisation_from_application_to_its_first_key(clerk):
    office, applicant = Client(), Client()
    office.force_login(models.User.objects.get(pk=clerk.user_id))
    applicant.force_login(models.User.objects.get(pk=newcomer("boss").user_id))
    stated = {name: value for name, value in vars_of(draft()).items()} | {"confirmed": "on"}
    assert applicant.post("/registry/identity/new/", stated | {"uscc": "91350100M000100Y4"}).status_code == 422
    address = applicant.post("/registry/identity/new/", stated).url
    assert applicant.get(address).status_code == 200
    assert "海峡数据服务有限公司" in office.get("/registry/identity/").content.decode()
    verify = {"act": "verify", "method": "1", "evidence": "流水号 1", "confirmed": "on"}
    assert applicant.post(address, verify).status_code == 403
    assert office.post(address, verify).status_code == 302
    profile = applicant.get("/registry/account/").context["organisations"][0]
    page = f"/registry/organisations/{profile.id}/"
    assert "林某某" in applicant.get(page).content.decode()
    sent = applicant.post(f"{page}invitations/", {"label": "采购", "roles": ["buyer"], "email": "guest@example.cn"})
    assert models.InvitationMail.objects.get().email == "guest@example.cn"
    link = sent.context["link"]
    guest = Client()
    guest.force_login(models.User.objects.get(pk=newcomer("guest").user_id))
    assert guest.get(link).status_code == 200
    assert guest.post(link).status_code == 302
    assert guest.get(page).status_code == 200
    made = applicant.post("/registry/account/keys/", {"label": "接口", "days": "30", "scopes": ["ledger:read"]})
    token = made.context["token"]
    assert token in made.content.decode()
    assert token not in applicant.get("/registry/account/keys/").content.decode()
    assert office.get("/registry/organisations/?text=海峡").content.decode().count("海峡数据服务有限公司") >= 1


def vars_of(stated):
    return {name: getattr(stated, name) for name in type(stated).__dataclass_fields__}
