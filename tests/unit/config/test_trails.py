"""The trails over headings: they lead through pages there are, to the top, and only where a reader may go."""

from uuid import uuid4

from django.urls import NoReverseMatch, reverse

from config.trails import ABOVE, LABELS, trail


def is_page(name):
    try:
        reverse(name)
    except NoReverseMatch as error:
        return "is not a" not in str(error)
    return True


def test_only_pages_there_are():
    assert [name for name in sorted({*ABOVE, *ABOVE.values()}) if not is_page(name)] == []


def test_every_parent_has_a_label():
    assert set(ABOVE.values()) - set(LABELS) == set()


def test_every_trail_ends():
    for page in ABOVE:
        passed = [page]
        while passed[-1] in ABOVE:
            assert ABOVE[passed[-1]] not in passed
            passed.append(ABOVE[passed[-1]])


def test_a_parent_takes_its_own_arguments():
    registration = uuid4()
    found = trail(
        page="registry:decide", kwargs={"registration_id": registration, "objection_id": uuid4()}, roles=frozenset()
    )
    assert [one.url for one in found] == [
        "/registry/notices/",
        "/registry/search/",
        f"/registry/registrations/{registration}/",
    ]


def test_places_of_others_are_left_out():
    told = {"page": "registry:rules", "kwargs": {"office_id": uuid4()}}
    assert trail(**told, roles=frozenset({"buyer"})) == ()
    assert [one.url for one in trail(**told, roles=frozenset({"registry_clerk"}))] == ["/registry/desk/"]
