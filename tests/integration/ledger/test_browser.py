"""The check in the browser: a real one, over the real server, with nothing sent while it computes."""

import json

import pytest
from django.core.cache import cache
from django.urls import reverse

from ledger import queries, services
from ledger.verifier.checkpoint import parse_note
from ledger.witness.memory import new_key
from tests.integration.ledger.test_witness import REGULATOR

pytestmark = pytest.mark.browser


@pytest.fixture
def story(committed_log, tmp_path):
    cache.clear()
    ids = committed_log.append(20)
    head = committed_log.seal()
    key = new_key("regulator.test/w1", tmp_path / "key")
    services.register_witness(verifier_key=key.verifier_key, actor=REGULATOR, now=committed_log.now)
    line = key.cosignature(parse_note(head.note).text, int(committed_log.now.timestamp()))
    services.receive_cosignature(checkpoint=head.note + line, now=committed_log.now)
    return ids


@pytest.fixture
def reader(request, site):
    """A function that opens a browser in a language: only once the database is there, for it brings a loop along."""
    contexts = []

    def open_in(locale):
        contexts.append(request.getfixturevalue("browser").new_context(locale=locale))
        return contexts[-1].new_page()

    yield open_in
    for context in contexts:
        context.close()


def test_the_page_says_what_to_do_without_javascript(client, db):
    text = client.get(reverse("ledger:verify"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "<noscript><p>The check in the browser needs JavaScript." in text


def verdict(page):
    found = page.locator("[data-verdict][data-result]")
    found.wait_for()
    return found.get_attribute("data-result"), found.locator(".title").inner_text()


def drop(page, name, text):
    """Drop a file on the page, as a hand does."""
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, {type: "application/json"}));
            return transfer;
        }""",
        [name, text],
    )
    page.evaluate("document.querySelector('[data-verdict]').removeAttribute('data-result')")
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    return verdict(page)


def test_an_entry_is_checked_in_the_browser_and_one_altered_byte_is_invalid(story, site, reader):
    page = reader("en-GB")
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(site + reverse("ledger:entry", args=[story[7]]))
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.get_by_role("button", name="Check in this browser").click()
    assert verdict(page) == ("valid", "Valid")
    steps = page.locator("[data-steps] li").all_inner_texts()
    assert [step.startswith("fits") for step in steps] == [True] * 6
    assert "The SM3 digest is that of the same bytes" in steps[2]
    assert "The log signed it with SM2 and SM3 too" in steps[4]
    assert "A witness cosigned it: regulator.test/w1" in steps[5]
    receipt = json.dumps(queries.receipt(story[7]), ensure_ascii=False)
    assert drop(page, "receipt.json", receipt) == ("valid", "Valid")
    altered = receipt.replace('\\"number\\":7', '\\"number\\":8', 1)
    assert altered != receipt
    assert drop(page, "receipt.json", altered) == ("invalid", "Invalid")
    assert "not in the tree that the log signed" in page.locator("[data-verdict]").inner_text()
    assert [address for address in requests if "/static/" not in address] == []
    assert problems == []


def test_files_dropped_on_the_page_of_its_own(story, site, reader):
    page = reader("en-GB")
    page.goto(site + reverse("ledger:verify"))
    receipt = queries.receipt(story[3])
    good = json.dumps(receipt)
    assert drop(page, "good.json", good)[0] == "valid"
    chance = [
        good.replace(receipt["inclusion"][0], "00" * 32),
        good.replace(receipt["inclusion"][0] + '", "', ""),
        good.replace('"index": 3', '"index": 4'),
        good.replace('"index": 3', '"index": -1'),
        good.replace("\\n20\\n", "\\n21\\n"),
        good.replace(receipt["key"], receipt["key"].replace("+", "-", 1)),
        good[:-1],
        "",
        "null",
        "[]",
        '{"format": "gongshu-receipt/1"}',
        "[" * 100_000,
        "x" * 2_000_000,
    ]
    for text in chance:
        assert text != good
        assert drop(page, "bad.json", text)[0] == "invalid", text[:200]
    page.fill("#verify-key", "")
    assert drop(page, "good.json", good)[0] == "nokey"
    page.fill("#verify-key", receipt["key"][:-4] + "AAA=")
    assert drop(page, "good.json", good) == ("invalid", "Invalid")
    page.fill("#verify-key", receipt["key"])
    page.wait_for_selector("[data-result=valid]")
    page.set_input_files("#verify-file", {"name": "r.json", "mimeType": "application/json", "buffer": b"{}"})
    page.wait_for_selector("[data-result=invalid]")


def test_each_changed_byte_of_a_receipt_is_invalid_in_the_browser_too(story, site, reader):
    page = reader("en-GB")
    page.goto(site + reverse("ledger:verify"))
    receipt = queries.receipt(story[3])
    text, _, lines = receipt["checkpoint"].rpartition("\n\n")
    receipt["checkpoint"] = f"{text}\n\n{lines.splitlines()[0]}\n"  # other signers' lines are not the log's word
    good = json.dumps(receipt)
    meant = json.dumps(receipt, sort_keys=True)
    changed = [good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :] for place in range(0, len(good), 5)]
    kept = [text for text in changed if meaning(text) != meant and not in_anchor(text, receipt)]
    codes = page.evaluate(
        "async ([texts, key]) => Promise.all(texts.map(async (text) => (await gongshuVerify(text, key)).code))",
        [kept, receipt["key"]],
    )
    assert set(codes) <= {"invalid"}
    assert len(kept) > 200


def meaning(text):
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return None


def in_anchor(text, receipt):
    """The place on the chain, which the browser shows and has nothing to hold against."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return value | {"anchor": None} == receipt | {"anchor": None}


def test_the_verdict_is_chinese_for_chinese_readers(story, site, reader):
    page = reader("zh-CN")
    page.goto(site + reverse("ledger:entry", args=[story[0]]))
    page.locator("[data-verify]").click()
    assert verdict(page) == ("valid", "有效")
