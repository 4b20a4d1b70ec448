"""Certificates: issued once, verified by anyone, false when touched."""

import json
import random
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.signer import Ed25519Signer, KeyStore
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from ledger.models import Entry
from ledger.services import seal
from ledger.verifier import command
from registry import credential, queries, services, tasks
from registry.digests import text_digest
from registry.identifiers import CheckCharacterWrong, certificate_number
from registry.models import Certificate
from registry.queries import NotOurs
from tests.factories.registry import World

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 24, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def signer():
    return Ed25519Signer.generate("office")


@pytest.fixture(scope="module")
def number(module_rows, signer):
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


def test_the_periodic_task_signs_with_the_offices_key(settings, number):
    World().registered_resource()
    store = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)
    office = store.ensure_signer("office")
    assert tasks.issue_certificates() == 1
    assert tasks.issue_certificates() == 0
    (certificate,) = Certificate.objects.exclude(number=number)
    assert bytes(certificate.public_key) == office.public_key


def test_its_evidence_pack_holds_for_a_stranger(client, number, signer, tmp_path):
    platform = Ed25519Signer.generate("platform")
    waiting = client.get(f"/api/registry/certificates/{number}/pack")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "ledger.not_sealed")
    while seal(signers=(platform,), now=NOW + timedelta(minutes=1)):
        pass
    told = client.get(f"/api/registry/certificates/{number}/pack").json()
    page = client.get(f"/registry/certificates/{number}/pack.json")
    assert json.loads(page.content) == told
    assert f'filename="{number}.pack.json"' in page.headers["Content-Disposition"]
    assert (
        f"/registry/certificates/{number}/pack.json" in client.get(f"/registry/certificates/{number}/").content.decode()
    )
    assert told["certificate"] == json.loads(queries.certificate(number, now=NOW).credential)
    kinds = {json.loads(one["entry"])["kind"] for one in told["receipts"]}
    assert {"certificate.issued", "registration.coded", "registration.submitted", "resource.declared"} <= kinds
    file, office = tmp_path / "pack.json", credential.multikey(signer.public_key)
    trust = ["--key", ledger.verifier_key(), "--at", "2025-07-01T00:00:00+08:00"]

    def verified(text, *more):
        file.write_text(text, encoding="utf-8")
        return command.main(["pack", str(file), *trust, "--issuer", office, *more])

    text = json.dumps(told, ensure_ascii=False)
    assert verified(text) == 0
    assert verified(text.replace("省卫生健康委员会", "省卫生健康委员局")) == 1  # the certificate's words
    assert verified(text.replace("registration.coded", "registration.codee")) == 1  # an entry it rests on
    assert verified(text, "--at", "2028-07-01T00:00:00+08:00") == 1  # its term is over
    stranger = credential.multikey(Ed25519Signer.generate("elsewhere").public_key)
    assert verified(text, "--issuer", stranger) == 1


def test_a_body_longer_than_any_credential_is_refused_as_such(client):
    before = Entry.objects.count()
    for language, said in (("zh", "凭证文件不超过 65536 字节"), ("en", "at most 65536 bytes")):
        answer = client.post(
            "/api/registry/certificates/verify",
            b"{" + b" " * queries.LARGEST_CREDENTIAL,
            content_type="application/json",
            headers={"Accept-Language": language},
        )
        told = answer.json()
        assert (answer.status_code, told["code"], told["facts"]) == (
            422,
            "registry.credential_too_large",
            {"largest": queries.LARGEST_CREDENTIAL},
        )
        assert said in told["detail"]
    assert Entry.objects.count() == before


def test_serials_run_on(signer, number):
    world = World()
    world.registered_resource()
    world.registered_resource(name="第二项资源")
    numbers = services.issue_certificates(signer=signer, now=NOW + timedelta(days=1))
    assert [one[:14] for one in (number, *numbers)] == ["DJ202506000001", "DJ202506000002", "DJ202506000003"]
