"""The check in the browser beside gongshu-verify: the same files get the same verdict, whatever was done to them."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel.sm2 import Sm2Signer
from ledger.canonical import canonical
from ledger.digests import sm3
from ledger.merkle import consistency_proof, leaf_hash, reader
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.pages.verifying import verifier_context
from ledger.status import said
from ledger.verifier.checkpoint import parse_note
from ledger.verifier.credential import Issuer, check_credential
from ledger.verifier.pack import check_pack
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import KEY, LEAVES, ORIGIN, SIGNER, SIZE, kept, receipt
from tests.unit.ledger.test_verifier_credential import DOCUMENT, MULTIKEY, issued
from tests.unit.ledger.test_verifier_pack import pack

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = {
    "sm.js": ROOT / "config/static/vendor/sm-crypto/sm-crypto-v2.umd.js",
    **{f"{name}.js": ROOT / f"ledger/static/ledger/verifier/{name}.js" for name in ("bytes", "notes", "checks")},
}
SM2_SIGNER = Sm2Signer.generate("platform-sm2")
SM2_KEY = VerifierKey(ORIGIN, SM2_SIGNER.public_key, "sm2")
KEYS = f"{KEY}\n{SM2_KEY}\ndid:key:{MULTIKEY}\n"
LASTING = DOCUMENT | {"validFrom": "2020-01-01T00:00:00+08:00", "validUntil": "2999-01-01T00:00:00.123456+08:00"}
VERDICTS = {"valid": 0, "genuine": 0, "invalid": 1, "incomplete": 2, "nokey": 2, "noheads": 2}


@pytest.fixture(scope="module")
def page(browser):
    """A page of its own with the scripts alone: no server, no network."""

    def answer(route):
        name = route.request.url.rpartition("/")[2]
        if name in SCRIPTS:
            route.fulfill(body=SCRIPTS[name].read_bytes(), content_type="text/javascript; charset=utf-8")
        else:
            tags = "".join(f'<script src="{each}"></script>' for each in SCRIPTS)
            route.fulfill(body=f"<!doctype html>{tags}", content_type="text/html; charset=utf-8")

    context = browser.new_context()
    context.route("**/*", answer)
    opened = context.new_page()
    opened.goto("http://localhost/")
    yield opened
    context.close()


def in_browser(page, cases, keys=KEYS):
    """The code and the last step of each case, a list of files."""
    results = page.evaluate(
        "async ([cases, keys]) => { const found = []; "
        "for (const files of cases) { const one = await gongshuVerify(files, keys); "
        "found.push([one.code, one.steps.at(-1)?.code]); } return found; }",
        [cases, keys],
    )
    return [tuple(result) for result in results]


def double_signed(size):
    text = Checkpoint(ORIGIN, size, kept(size).root).text()
    return signed(text, [(KEY, SIGNER.sign(text.encode())), (SM2_KEY, SM2_SIGNER.sign(text.encode()))])


def consistency(old, new):
    proof = consistency_proof(old, new, reader(LEAVES[:new]))
    roots = {"old_root": kept(old).root.hex(), "new_root": kept(new).root.hex()}
    return {"old": old, "new": new, **roots, "proof": [node.hex() for node in proof]}


def receipts():
    return [receipt(index, checkpoint=double_signed(SIZE)) for index in range(5)]


def by_command(check, text):
    try:
        check(text.encode())
    except Invalid:
        return 1
    except Incomplete:
        return 2
    return 0


TRUST = Trust(key=str(KEY), sm2=str(SM2_KEY))
NOW = datetime.now(tz=UTC)
FILES = {
    "receipt": (receipts()[3], lambda data: check_receipt(data, TRUST)),
    "pack": (
        pack(receipts=receipts(), certificate=issued(LASTING)),
        lambda data: check_pack(data, TRUST, Issuer(key=MULTIKEY), at=NOW),
    ),
    "certificate": (issued(LASTING), lambda data: check_credential(data, Issuer(key=MULTIKEY), at=NOW)),
}


@pytest.mark.parametrize("kind", FILES)
def test_each_change_gets_the_verdict_that_gongshu_verify_gives(page, kind):
    document, check = FILES[kind]
    good = json.dumps(document, ensure_ascii=False)
    step = max(3, len(good) // 400)
    texts = [good, good[:-1], good + " ", good.replace(": ", ":1.0,", 1), "\ufeff" + good, good[:1] + good[1:] * 2]
    texts += [good[:at] + chr(ord(good[at]) ^ 1) + good[at + 1 :] for at in range(0, len(good), step)]
    texts += [good[:at] + good[at + 1 :] for at in range(1, len(good), 3 * step)]
    texts += [good.replace(f'"{name}": ', f'"{name}": 1, "{name}": ', 1) for name in document]
    expected = [by_command(check, text) for text in texts]
    found = in_browser(page, [[text] for text in texts])
    assert (expected[0], found[0][0]) == (0, "genuine" if kind == "certificate" else "valid")
    different = [
        (text[:300], want, got)
        for text, want, got in zip(texts, expected, found, strict=True)
        if VERDICTS[got[0]] != want
    ]
    assert different == []


def test_odd_values_are_never_valid_and_never_stop_it(page):
    odd = ["", "\0", "null", "[]", "{}", "1", "NaN", '"x"', "[" * 100_000, '{"a":' * 70 + "1" + "}" * 70, '{"type":[]}']
    values = (None, 0, -1, 1.5, 2**64, "", "x", [], {}, [None], {"a": {}}, True, "\ud800", "z" * 90)
    places = [(kind, name, value) for kind, (parts, _) in FILES.items() for name in parts for value in values]
    # without its place on the chain a receipt is one, and a pack without opened facts or certificate is one
    sound = [("receipt", "anchor", None), ("pack", "openings", []), ("pack", "certificate", None)]
    cases = [json.dumps(FILES[kind][0] | {name: value}) for kind, name, value in places]
    found = in_browser(page, [[text] for text in odd + cases])
    assert {code for code, _ in found[: len(odd)]} == {"invalid"}
    passed = [place for place, (code, _) in zip(places, found[len(odd) :], strict=True) if code == "valid"]
    assert [one for one in passed if FILES[one[0]][0][one[1]] != one[2]] == sound
    assert {code for code, _ in found} == {"valid", "invalid", "incomplete"}
    assert in_browser(page, [[], ["a", "b"], [json.dumps(receipts()[0]), double_signed(7)]]) == [
        ("invalid", "notours"),
        ("invalid", "twofiles"),
        ("invalid", "twofiles"),
    ]


def test_what_the_log_did_not_write_so_or_is_of_something_else_is_invalid(page):
    good = receipts()[3]
    text = json.loads(good["entry"])
    evil = VerifierKey("evil", KEY.public)
    note = signed(
        parse_note(good["checkpoint"]).text, [(evil, SIGNER.sign(parse_note(good["checkpoint"]).text.encode()))]
    )
    cases = [({**good, "key": str(evil), "checkpoint": note}, "keylog")]
    for changed in ({"kind": None}, {"format": 2}, {"more": 1}, {"actor": "x"}, {"refs": ["x"]}, {"version": 2**53}):
        parts = {name: value for name, value in (text | changed).items() if value is not None}
        cases.append(
            (under_own_head(json.dumps(parts, separators=(",", ":"), sort_keys=True, ensure_ascii=False)), "entry")
        )
    for until in ("2026-02-30", "20260228", 5, ""):
        status = {"id": "00" * 32, "state": "active", "valid_until": until}
        cases.append((under_own_head(canonical(text | {"status": status}).decode()), "entry"))
    cases.append((under_own_head(canonical(text | {"status": said("licence:1", "active", None)}).decode()), "anchor"))
    cases.append((under_own_head(good["entry"].replace(":", ": ", 1)), "entry"))
    other = DOCUMENT["credentialSubject"] | {"certificateNumber": "35000020260101000002"}
    cases.append(
        (pack(receipts=receipts(), certificate=issued(LASTING | {"credentialSubject": other})), "othercertificate")
    )
    cases.append((issued(LASTING, expires="2020-01-01T00:00:00Z"), "late"))
    cases.append(
        (issued(LASTING | {"issuer": {"id": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"}}), "issuerkey")
    )
    cases.append((issued(LASTING | {"issuer": {"id": LASTING["issuer"]}}, expires="2999-01-01T00:00:00Z"), "standing"))
    keys = f"{MULTIKEY}"
    expected = [({"anchor": "nokey", "standing": "genuine"}.get(last, "invalid"), last) for _, last in cases]
    assert in_browser(page, [[json.dumps(case)] for case, _ in cases], keys) == expected


def under_own_head(text):
    """The receipt of the only entry of a log of its own."""
    note = Checkpoint(ORIGIN, 1, leaf_hash(text.encode())).text()
    made = {"inclusion": [], "index": 0, "checkpoint": signed(note, [(KEY, SIGNER.sign(note.encode()))])}
    return receipt(3) | made | {"entry": text, "sm3": sm3(text.encode()).hex()}


def test_trust_is_asked_for_each_kind(page):
    plain, certificate = json.dumps(receipts()[3]), json.dumps(FILES["certificate"][0])
    other = VerifierKey(ORIGIN, Sm2Signer.generate("x").public_key, "sm2")
    unsigned = json.dumps(receipt(3))
    for keys, file, code in [
        ("", plain, ("nokey", "anchor")),
        (str(KEY), plain, ("valid", "anchor")),
        (str(SM2_KEY), plain, ("nokey", "anchor")),
        (f"{KEY} {other}", plain, ("invalid", "sm2unsigned")),
        (f"{KEY} {SM2_KEY}", unsigned, ("invalid", "sm2unsigned")),
        (str(VerifierKey("other", KEY.public)), plain, ("invalid", "otherkey")),
        ("nonsense", plain, ("invalid", "key")),
        ("", certificate, ("nokey", "standing")),
        (MULTIKEY[:-1] + "1", certificate, ("invalid", "otherissuer")),
        ("", double_signed(7), ("incomplete", "nokeynamed")),
        (str(KEY), double_signed(7), ("valid", "sm2open")),
    ]:
        assert in_browser(page, [[file]], keys) == [code], (keys, code)


def test_without_the_vendored_part_sm2_is_not_called_checked(page):
    plain = json.dumps(receipts()[3])
    page.evaluate("globalThis.kept = globalThis.SmCryptoV2; globalThis.SmCryptoV2 = undefined")
    try:
        assert in_browser(page, [[plain]]) == [("incomplete", "nosm")]
        assert in_browser(page, [[plain]], str(KEY)) == [("valid", "anchor")]
    finally:
        page.evaluate("globalThis.SmCryptoV2 = globalThis.kept")


def test_consistency_holds_between_signed_checkpoints_only(page):
    cases = []
    for old in range(1, SIZE + 1):
        for new in range(old, SIZE + 1):
            cases.append([json.dumps(consistency(old, new)), double_signed(old), double_signed(new)])
    assert {code for code, _ in in_browser(page, cases)} == {"valid"}
    good = consistency(7, 13)
    bad = [good | {"old": 6}, good | {"new": 12}, good | {"old_root": "00" * 32}, good | {"proof": good["proof"][:-1]}]
    bad += [good | {"proof": []}, good | {"old": 0}, good | {"old": 14}, good | {"new": 2**60}, good | {"extra": 1}]
    notes = [double_signed(7), double_signed(13)]
    found = in_browser(page, [[json.dumps(one), *notes] for one in bad])
    assert {code for code, _ in found} == {"invalid"}
    files = json.dumps(good)
    rewritten = Checkpoint(ORIGIN, 7, bytes(32)).text()
    forged = signed(rewritten, [(KEY, SIGNER.sign(rewritten.encode())), (SM2_KEY, SM2_SIGNER.sign(rewritten.encode()))])
    assert in_browser(page, [[files], [files, notes[0]], [files, forged, notes[1]], [files, double_signed(3)]]) == [
        ("noheads", "consistent"),
        ("noheads", "sm2signed"),
        ("invalid", "otherroot"),
        ("invalid", "otherroot"),
    ]


def test_every_code_has_its_words(offline_log):
    words = verifier_context()["words"]
    text = "".join(path.read_text("utf-8") for name, path in SCRIPTS.items() if name != "sm.js")
    patterns = (
        r'demand\([^;]*?, "(\w+)"\)',
        r'Unfit\("(\w+)"',
        r'done\("(\w+)"',
        r'sentence: "(\w+)"',
    )
    found = {code for pattern in patterns for code in re.findall(pattern, text)} | set(VERDICTS)
    assert len(found) > 50
    assert found - set(words) == set()
