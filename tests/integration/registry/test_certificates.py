"""Certificates: issued once, verified by anyone, false when touched."""

import json
import random
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.signer import Ed25519Signer, KeyStore
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from registry import queries, services, tasks
from registry.digests import text_digest
from registry.identifiers import CheckCharacterWrong, certificate_number
from registry.models import Certificate
from registry.queries import NotOurs
from tests.factories.registry import World

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 24, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def signer():
    return Ed25519Signer.generate("office")


@pytest.fixture
def number(signer):
    World().registered_resource()
    (number,) = services.issue_certificates(signer=signer, now=NOW)
    return number


def test_every_coded_registration_gets_one_certificate(number, signer):
    assert number.startswith("DJ202506000001")
    assert len(number) == 15
    assert services.issue_certificates(signer=signer, now=NOW) == ()
    assert Certificate.objects.count() == 1


def test_the_credential_holds(number):
    view = queries.certificate(number, now=NOW)
    assert (view.state, view.valid_until) == ("valid", date(2028, 6, 23))
    verdict = queries.verify_credential(view.credential)
    assert (verdict.valid, verdict.reason) == (True, "ok")
    document = json.loads(view.credential)
    assert document["type"] == ["VerifiableCredential", "RegistrationCertificate"]
    assert [one["cryptosuite"] for one in document["proof"]] == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
    assert [one["statusPurpose"] for one in document["credentialStatus"]] == ["revocation", "suspension"]
    assert document["validUntil"] == "2028-06-22T16:00:00Z"
    assert document["credentialSubject"]["registrationCode"] == view.registration_code
    assert document["credentialSubject"]["registrantZh"] == "省卫生健康委员会"


def test_reformatting_is_not_tampering(number):
    view = queries.certificate(number, now=NOW)
    compact = json.dumps(dict(reversed(json.loads(view.credential).items())), ensure_ascii=True)
    assert queries.verify_credential(compact).valid


def test_one_changed_character_anywhere_is_found(number):
    text = queries.certificate(number, now=NOW).credential
    places = [place for place, character in enumerate(text) if not character.isspace()]
    for place in random.Random(7).sample(places, 60):
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        assert not queries.verify_credential(changed).valid, text[max(0, place - 20) : place + 20]
    for place in [place for place in places if text[place] in '{}[]":,']:
        assert not queries.verify_credential(text[:place] + text[place + 1 :]).valid, place


def test_added_statements_are_found_though_json_ld_would_drop_them(number):
    document = json.loads(queries.certificate(number, now=NOW).credential)
    forgeries = (
        document | {"extra": "vouched for"},
        document | {"credentialSubject": document["credentialSubject"] | {"value": "1000000"}},
        document | {"type": [*document["type"], "Diploma"]},
    )
    reasons = [queries.verify_credential(json.dumps(forged)).reason for forged in forgeries]
    assert reasons == ["unsigned_term", "unsigned_term", "bad_signature"]


def test_another_offices_certificate_is_not_ours(number):
    text = queries.certificate(number, now=NOW).credential
    document = json.loads(text)
    other = services.certificates.sign(
        document={key: value for key, value in document.items() if key != "proof"},
        signer=Ed25519Signer.generate("elsewhere"),
        now=NOW,
    )
    assert queries.verify_credential(other).reason == "unknown_key"


def test_the_ledger_witnesses_the_credential(number):
    view = queries.certificate(number, now=NOW)
    entry = ledger.entry(view.entry_id)
    assert entry.kind == "certificate.issued"
    assert entry.payload["credential_sha256"] == text_digest(view.credential)
    assert entry.refs == (queries.registration(view.registration_id, now=NOW).coded_entry_id,)


def test_it_expires_on_the_day(number):
    assert queries.certificate(number, now=datetime(2028, 6, 22, 23, 59, tzinfo=SHANGHAI)).state == "valid"
    assert queries.certificate(number, now=datetime(2028, 6, 23, 0, 0, tzinfo=SHANGHAI)).state == "expired"


def test_numbers_are_checked_before_they_are_looked_up(number):
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with pytest.raises(CheckCharacterWrong) as caught:
        queries.certificate(wrong, now=NOW)
    assert caught.value.expected == number[-1]
    with pytest.raises(NotOurs):
        queries.certificate(certificate_number(date(2024, 1, 1), 7), now=NOW)


def test_a_certificate_is_never_changed(number):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Certificate.objects.filter(number=number).update(credential="{}")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_certificate WHERE number = %s", [number])


def test_the_periodic_task_signs_with_the_offices_key(settings):
    World().registered_resource()
    store = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)
    office = store.ensure_signer("office")
    assert tasks.issue_certificates() == 1
    assert tasks.issue_certificates() == 0
    (certificate,) = Certificate.objects.all()
    assert bytes(certificate.public_key) == office.public_key


def test_serials_run_on(signer):
    world = World()
    world.registered_resource()
    world.registered_resource(name="第二项资源")
    numbers = services.issue_certificates(signer=signer, now=NOW + timedelta(days=1))
    assert [number[:14] for number in numbers] == ["DJ202506000001", "DJ202506000002"]
