"""Organisations, accounts, roles, keys and calendars."""

from datetime import date

import pytest
from django.db import transaction

from kernel.actors import SYSTEM, Actor, OtherOrganisation, RoleRequired
from ledger.models import Entry
from registry import queries, services
from registry.models import ApiKey, CalendarYear, Membership, Organisation, User
from registry.queries import UnknownApiKey
from registry.types import Role
from registry.uscc import UsccCheckDigitWrong
from tests.factories.registry import START, member, organisation, uscc

pytestmark = pytest.mark.django_db
NOBODY = Actor(kind="person", user_id=1)


def counts():
    return tuple(model.objects.count() for model in (Organisation, User, Membership, ApiKey, CalendarYear, Entry))


def refused(error, act, **arguments):
    before = counts()
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments, now=START)
    assert counts() == before
    return caught.value


def details(**changes):
    return {
        "uscc": uscc(),
        "name_zh": "某单位",
        "name_en": "Some unit",
        "kind": "government",
        "region": "350000",
        "actor": SYSTEM,
    } | changes


def test_an_organisation_is_registered_once():
    known = details()
    organisation_id = services.create_organisation(**known, now=START)
    assert queries.organisation(organisation_id).uscc == known["uscc"]
    assert queries.organisation_by_uscc(known["uscc"]).id == organisation_id
    error = refused(services.UsccTaken, services.create_organisation, **known)
    assert error.uscc == known["uscc"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"uscc": "12100000400002195X"}, UsccCheckDigitWrong),
        ({"kind": "club"}, services.UnknownWord),
        ({"actor": NOBODY}, RoleRequired),
    ],
)
def test_a_defective_organisation_is_refused(changes, error):
    refused(error, services.create_organisation, **details(**changes))


def test_accounts_have_one_name_and_roles_are_known():
    organisation_id = organisation()
    user = services.create_user(username="a", password="a long passphrase", display_name="甲", actor=SYSTEM, now=START)
    assert User.objects.get(pk=user).check_password("a long passphrase")
    refused(services.UsernameTaken, services.create_user, username="a", password=None, display_name="", actor=SYSTEM)
    role = {"user_id": user, "organisation_id": organisation_id, "role": Role.BUYER, "actor": SYSTEM}
    services.grant_role(**role, now=START)
    before = counts()
    services.grant_role(**role, now=START)
    assert counts() == before
    refused(services.UnknownWord, services.grant_role, **(role | {"role": "king"}))
    refused(services.NoSuchAccount, services.grant_role, **(role | {"user_id": 10**6}))
    actor = queries.actor_of_user(User.objects.get(pk=user))
    assert (actor.organisation_id, actor.roles) == (organisation_id, frozenset({"buyer"}))


def test_a_key_is_stored_as_a_hash_and_acts_as_its_member():
    agent = member(organisation(), Role.HOLDER_AGENT)
    issue = {"organisation_id": agent.organisation_id, "user_id": agent.user_id, "label": "接口"}
    key_id, token = services.issue_api_key(**issue, actor=agent, now=START)
    key = ApiKey.objects.get(public_id=key_id)
    assert token not in (key.digest, key.label)
    assert len(key.digest) == 64
    acting = queries.actor_of_api_key(token, now=START)
    assert (acting.user_id, acting.roles) == (agent.user_id, agent.roles)
    stranger = member(organisation(), Role.HOLDER_AGENT)
    refused(OtherOrganisation, services.issue_api_key, **issue, actor=stranger)
    refused(OtherOrganisation, services.revoke_api_key, key_id=key_id, actor=stranger)
    refused(services.NoSuchAccount, services.issue_api_key, **(issue | {"user_id": stranger.user_id}), actor=SYSTEM)
    services.revoke_api_key(key_id=key_id, actor=agent, now=START)
    with pytest.raises(UnknownApiKey):
        queries.actor_of_api_key(token, now=START)


def test_nobody_gets_a_key_or_a_role_that_joins_two_pairs_of_hands():
    office = organisation()
    clerk, reviewer = member(office, Role.REGISTRY_CLERK), member(office, Role.REGISTRY_REVIEWER)
    key = {"organisation_id": office, "user_id": reviewer.user_id, "label": "接口"}
    refused(services.KeyForAnother, services.issue_api_key, **key, actor=clerk)
    own = {"organisation_id": office, "user_id": clerk.user_id, "role": Role.REGISTRY_REVIEWER}
    refused(services.OwnRole, services.grant_role, **own, actor=clerk)


def test_a_key_acts_in_its_own_organisation_with_the_roles_held_there_now():
    agent, elsewhere = member(organisation(), Role.HOLDER_AGENT), organisation()
    role = {"user_id": agent.user_id, "organisation_id": elsewhere, "role": Role.BUYER}
    services.grant_role(**role, actor=SYSTEM, now=START)
    _, token = services.issue_api_key(
        organisation_id=elsewhere, user_id=agent.user_id, label="接口", actor=SYSTEM, now=START
    )
    acting = queries.actor_of_api_key(token, now=START)
    assert (acting.organisation_id, acting.roles) == (elsewhere, frozenset({"buyer"}))
    Membership.objects.filter(user_id=agent.user_id).delete()
    assert queries.actor_of_api_key(token, now=START).roles == frozenset()
    User.objects.filter(pk=agent.user_id).update(is_active=False)
    with pytest.raises(UnknownApiKey):
        queries.actor_of_api_key(token, now=START)


def test_a_calendar_is_entered_with_its_source():
    year = {
        "year": 2031,
        "off": [date(2031, 1, 1)],
        "work": [date(2031, 1, 4)],
        "source": "国办发明电",
        "actor": SYSTEM,
    }
    services.enter_calendar(**year, now=START)
    calendar = queries.calendar()
    assert calendar.knows(2031)
    assert not calendar.is_working_day(date(2031, 1, 1))
    assert calendar.is_working_day(date(2031, 1, 4))
    refused(services.SourceMissing, services.enter_calendar, **(year | {"source": " "}))
    refused(services.SourceMissing, services.enter_calendar, **(year | {"off": [date(2030, 1, 1)]}))
    refused(RoleRequired, services.enter_calendar, **(year | {"actor": NOBODY}))
