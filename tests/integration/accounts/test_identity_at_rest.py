"""Identity data in the database: bound to its row, renewed under a new key, unreadable without it."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection

from config.accounts import SecondFactorAdapter
from kernel.cipher import EnvelopeBroken, IdentityKeyUnknown, Keyring, key_name, keyring_at
from registry.models import ContactPerson, Organisation, User
from tests.factories.registry import START, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.IDENTITY_KEY_FILE = tmp_path / "keys.json"
    Keyring.generate("one").save(settings.IDENTITY_KEY_FILE)
    return settings.IDENTITY_KEY_FILE


def contacts(count):
    org = Organisation.objects.get(public_id=organisation())
    return [
        ContactPerson.objects.create(organisation=org, duty="联系人", name=f"甲{n}", phone="1", added_at=START)
        for n in range(count)
    ]


def stored(column="name"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM registry_contactperson ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall()]


def rotate(**options):
    out = StringIO()
    call_command("rotate_identity_key", stdout=out, **options)
    return out.getvalue().strip()


def test_a_value_reads_as_text_and_lies_as_an_envelope():
    (one,) = contacts(1)
    read = ContactPerson.objects.get(pk=one.pk)
    assert (read.name, read.id_number) == ("甲0", "")
    (envelope,) = stored()
    assert "甲".encode() not in envelope
    assert stored("id_number") == [b""]
    read.duty = "其他"
    read.save()
    assert stored() == [envelope]
    assert "甲0" not in repr(ContactPerson.objects.values_list("name", flat=True)[0])


def test_a_value_moved_to_another_row_does_not_open():
    first, second = contacts(2)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_contactperson t SET name = s.name "
            "FROM registry_contactperson s WHERE s.id = %s AND t.id = %s",
            [first.pk, second.pk],
        )
    assert ContactPerson.objects.get(pk=first.pk).name == "甲0"
    with pytest.raises(EnvelopeBroken):
        assert ContactPerson.objects.get(pk=second.pk).name


def test_it_is_neither_searched_nor_written_in_the_clear():
    contacts(1)
    with pytest.raises(FieldError):
        ContactPerson.objects.filter(name="甲0").exists()
    with pytest.raises(FieldError):
        ContactPerson.objects.update(name="乙")


def test_a_rotation_renews_everything_and_can_be_taken_up_again(own_keys):
    rows = contacts(5)
    account = User.objects.create_user("official")
    adapter = SecondFactorAdapter()
    factor = Authenticator.objects.create(
        user=account, type="totp", data={"secret": adapter.encrypt("JBSWY3DPEHPK3PXP")}
    )
    before = stored()
    assert rotate(new="two", suite="sm4-gcm", batch=2) == "current two (sm4-gcm), 11 renewed"
    assert {key_name(envelope, bound_to="") for envelope in stored()} == {"two"}
    assert set(before).isdisjoint(stored())
    assert [ContactPerson.objects.get(pk=row.pk).name for row in rows] == [row.name for row in rows]
    factor.refresh_from_db()
    assert adapter.decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert rotate(new="two") == "current two (sm4-gcm), 0 renewed"
    with pytest.raises(CommandError, match="later"):
        rotate(new="three", retire="one")
    assert rotate(retire="one") == "current two (sm4-gcm), 0 renewed, one retired"
    assert set(keyring_at(own_keys).keys) == {"two"}
    assert ContactPerson.objects.get(pk=rows[0].pk).name == "甲0"
    with pytest.raises(CommandError):
        rotate(retire="two")


def test_without_its_key_a_value_says_which_key_is_missing(own_keys):
    (one,) = contacts(1)
    Keyring.generate("other").save(own_keys)
    with pytest.raises(IdentityKeyUnknown) as caught:
        assert ContactPerson.objects.get(pk=one.pk).name
    assert caught.value.name == "one"
