"""Rules of identity, persons, roles and scopes, without a machine around them."""

import pytest

from registry.identity import RegionUnknown, level_in, level_of
from registry.key_scopes import SCOPES, covers, scope_needed
from registry.persons import IdMalformed, PhoneMalformed, checked_id, checked_phone
from registry.roles import GRANTS, may_grant


@pytest.mark.parametrize(("region", "level"), [("350000", "province"), ("350100", "city"), ("350102", "county")])
def test_a_region_tells_its_level(region, level):
    assert (level_of(region), level_in(region, "")) == (level, level)


@pytest.mark.parametrize(("region", "level"), [("35010", ""), ("035010", ""), ("350000", "city"), ("350100", "county")])
def test_a_level_below_its_region_is_refused(region, level):
    with pytest.raises(RegionUnknown):
        level_in(region, level)
    assert level_in("110105", "national") == "national"


def test_a_citizens_number_has_a_day_of_birth_and_a_check_character():
    assert checked_id(" 11010519491231002x ") == "11010519491231002X"  # the example of GB 11643-1999
    for wrong in ("110105194912310021", "11010519491331002X", "1101051949123100", "", "A1010519491231002X"):
        with pytest.raises(IdMalformed) as caught:
            checked_id(wrong)
        assert wrong[:6] not in caught.value.sentence("zh") or not wrong


@pytest.mark.parametrize("text", ["", "12345", "call me", "+86 abc", "1" * 16])
def test_a_telephone_number_is_digits(text):
    with pytest.raises(PhoneMalformed):
        checked_phone(text)
    assert checked_phone("+86 (591) 8700-0000") == "+8659187000000"


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/api/marketplace/orders", "marketplace:read"),
        ("POST", "/api/marketplace/orders", "marketplace:write"),
        ("DELETE", "/api/registry/contacts/1", "registry:write"),
        ("GET", "/api/openapi.json", ""),
        ("GET", "/registry/notices/", ""),
        ("POST", "/registry/notices/", None),
        ("POST", "/api/elsewhere", None),
        ("GET", "/api/registry/keys", None),
        ("GET", "/api/registry/keys/1", None),
        ("POST", "/api/registry/members/roles", None),
        ("GET", "/api/registry/keystone", "registry:read"),
    ],
)
def test_what_no_scope_covers_is_refused(method, path, needed):
    assert scope_needed(method=method, path=path) == needed


def test_writing_implies_reading_and_nothing_implies_more():
    assert covers(["ledger:write"], "ledger:read")
    assert not covers(["ledger:read"], "ledger:write")
    assert not covers([one for one in SCOPES if not one.startswith("ledger")], "ledger:read")


def test_the_table_of_grants_has_no_row_twice_and_denies_the_rest():
    assert len({(row.granter, row.role, row.where) for row in GRANTS}) == len(GRANTS)
    assert not may_grant(held=["registry_clerk"], role="registry_reviewer", own=True, kind="institution")
    assert not may_grant(held=["organisation_admin"], role="buyer", own=False, kind="enterprise")
    assert not may_grant(held=["organisation_admin"], role="holder_agent", own=True, kind="enterprise")
    assert not may_grant(held=["regulator", "pricing_authority"], role="buyer", own=True, kind="enterprise")
    assert may_grant(held=["organisation_admin"], role="holder_agent", own=True, kind="government")
