"""A stranger's verifier (npm @digitalbazaar/vc) agrees with ours, on what is genuine and on what is not."""

import copy
import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kernel.signer import Ed25519Signer
from kernel.workdays import SHANGHAI
from registry import queries, services
from registry.types import Role
from tests.factories.registry import World, member

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 8, 4, 9, 0, tzinfo=SHANGHAI)
SCRIPT = Path(__file__).with_name("verify.mjs")
LISTS = ("revocation-1", "suspension-1")


@pytest.fixture
def numbers():
    """Certificates of a coded resource, a coded product and its data asset, with status lists published."""
    signer = Ed25519Signer.generate("office")
    World().registered_product()
    found = services.issue_certificates(signer=signer, now=NOW)
    services.publish_status_lists(signer=signer, now=NOW)
    return signer, found


def credential(number):
    return json.loads(queries.certificate(number, now=NOW).credential)


def ask_npm(*credentials, now=NOW):
    lists = {json.loads(text)["id"]: json.loads(text) for text in map(queries.status_list, LISTS)}
    given = {"credentials": credentials, "lists": lists, "contexts": dict(queries.contexts()), "now": now.isoformat()}
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(given), capture_output=True, text=True, timeout=240, check=True
    )
    return json.loads(done.stdout)


def test_the_reference_verifier_accepts_every_kind_of_certificate(numbers):
    _, found = numbers
    assert [number[:2] for number in found] == ["DJ", "DJ", "ZC"]
    both = [["eddsa-jcs-2022", True], ["eddsa-rdfc-2022", True]]
    for answer in ask_npm(*map(credential, found)):
        assert answer == {"verified": True, "proofs": both, "set": [], "errors": []}


def test_it_finds_what_we_find(numbers):
    _, (number, *_) = numbers
    genuine = credential(number)
    forgeries = []
    for change in (
        lambda one: one["credentialSubject"].update(titleZh=one["credentialSubject"]["titleZh"] + "。"),
        lambda one: one.update(validUntil="2099-01-01T00:00:00Z"),
        lambda one: one["proof"][0].update(created="2025-08-04T01:00:01Z"),
        lambda one: one["proof"][1].update(proofValue=one["proof"][0]["proofValue"]),
        lambda one: one["credentialStatus"][0].update(statusListIndex="7"),
    ):
        forged = copy.deepcopy(genuine)
        change(forged)
        forgeries.append(forged)
    assert [queries.verify_credential(json.dumps(one)).valid for one in forgeries] == [False] * 5
    assert [answer["verified"] for answer in ask_npm(*forgeries)] == [False] * 5


def test_it_sees_a_suspension_in_the_status_list_and_its_end(numbers):
    signer, (number, *_) = numbers
    view = queries.certificate(number, now=NOW)
    reviewer = member(view.office_id, Role.REGISTRY_REVIEWER)
    services.suspend_certificate(number=number, reason="登记内容正在核实", actor=reviewer, now=NOW)
    assert services.publish_status_lists(signer=signer, now=NOW) == 1
    (answer,) = ask_npm(credential(number))
    assert (answer["verified"], answer["set"]) == (True, ["suspension"])
    services.resume_certificate(number=number, reason="核实无误", actor=reviewer, now=NOW)
    assert services.publish_status_lists(signer=signer, now=NOW) == 1
    (answer,) = ask_npm(credential(number))
    assert (answer["verified"], answer["set"]) == (True, [])


def test_it_finds_an_expired_certificate(numbers):
    _, (number, *_) = numbers
    (answer,) = ask_npm(credential(number), now=NOW + timedelta(days=4000))
    assert not answer["verified"]
    assert "is after" in " ".join(answer["errors"])
