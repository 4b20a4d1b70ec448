"""One purchase through every floor, through HTTP, on the platform as a newcomer starts it."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
import requests

pytestmark = pytest.mark.journey


def get(platform, path, **options):
    return requests.get(platform.url + path, timeout=20, **options)


def scenes(platform):
    with psycopg2.connect(platform.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT key, link, facts FROM config_storyscene ORDER BY id")
        return {key: (link, facts) for key, link, facts in cursor.fetchall()}


def test_every_step_is_printed_with_a_link_that_opens(platform):
    told = platform.told()
    numbers = [int(number) for number in re.findall(r"^\[ ?(\d+)/\d+\]", told, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 30
    public = ("/registry/", "/ledger/", "/products/", "/catalogue/", "/pricing/products/")
    links = {link for link in re.findall(rf"{platform.url}(/\S*)", told) if link.startswith(public)}
    assert len(links) >= 10
    assert {link: get(platform, link).status_code for link in links} == dict.fromkeys(links, 200)


def test_each_role_has_a_login_of_one_click(platform):
    visit = requests.Session()
    page = visit.get(platform.url + "/demonstration/", timeout=20).text
    accounts = set(re.findall(r"/demonstration/(demo-[a-z-]+)/", page))
    assert {"demo-clerk", "demo-reviewer", "demo-health", "demo-operator", "demo-buyer", "demo-regulator"} <= accounts
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    entered = visit.post(
        platform.url + "/demonstration/demo-buyer/", data={"csrfmiddlewaretoken": token.group(1)}, timeout=20
    )
    assert entered.status_code == 200
    assert visit.get(platform.url + "/licences/", timeout=20).status_code == 200


def test_the_licence_traces_back_to_the_registration_code(platform):
    entry = scenes(platform)["payment"][1]["entry"]
    trace = get(platform, f"/api/ledger/entries/{entry}/trace").json()["items"]
    kinds = {row["kind"] for row in trace}
    assert {"registration.coded", "agreement.concluded", "fee.set", "order.placed", "licence.issued"} <= kinds
    assert all(row["state"] == "anchored" for row in trace)


def verify(directory, receipt, *words):
    (directory / "receipt.json").write_bytes(receipt)
    command = [sys.executable, "-I", "gongshu-verify", "receipt", "receipt.json", *words]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, env={}).returncode


def test_a_stranger_verifies_the_receipt_and_one_changed_byte_is_invalid(platform, tmp_path):
    entry = scenes(platform)["payment"][1]["entry"]
    receipt = get(platform, f"/api/ledger/entries/{entry}/receipt").content
    (tmp_path / "gongshu-verify").write_bytes(get(platform, "/ledger/verifier/").content)
    node = ("--rpc", platform.environment["CHAIN_URL"])
    assert verify(tmp_path, receipt, *node) == 0
    assert verify(tmp_path, receipt.replace(b"licence.issued", b"licence.issuee", 1), *node) == 1


def test_the_month_is_split_to_the_fen_and_the_journals_balance(platform):
    settled = scenes(platform)["month"][1]
    with psycopg2.connect(platform.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount) FROM marketplace_settlementline")
        assert cursor.fetchone()[0] == settled["total"] == 150_000
        cursor.execute("SELECT journal_id, sum(amount) FROM marketplace_journalline GROUP BY 1 HAVING sum(amount) <> 0")
        assert cursor.fetchall() == []


def holder_secrets(platform):
    """The credentials of every holder, and a stretch of each source's rows as the holder stores them."""
    found = {}
    for path in platform.holders.rglob("worker.env"):
        for line in path.read_text().splitlines():
            name, _, value = line.partition("=")
            if name == "SOURCE_KEY":
                found[path.parent.name] = value.strip("'\"")
    return found


def distinctive_values(platform):
    """Figures of single rows that no aggregate shows: the health table's incentive payments, six decimals each."""
    with gzip.open(platform.checkout / "privacy/domain/data/randhie.csv.gz", "rt", encoding="utf-8") as stream:
        rows = [row["lpi"] for row, _ in zip(csv.DictReader(stream), range(2000), strict=False)]
    return {f"lpi {value}": value for value in set(rows) if len(value.partition(".")[2]) >= 5}


def everything_the_platform_keeps(platform):
    """Every place of the platform that is not a holder's own: database, broker, logs, configuration, environments."""
    with psycopg2.connect(platform.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield f"table {table}", "\n".join(row[0] for row in cursor.fetchall())
    broker = redis.Redis.from_url(platform.environment["BROKER_URL"])
    for key in broker.scan_iter():
        yield f"broker {key}", repr(broker.dump(key))
    for path in platform.data.rglob("*"):
        if path.is_file() and "holders" not in path.parts and path.stat().st_size < 50_000_000:
            yield str(path), path.read_bytes().decode("latin-1")
    for pid in processes_of_the_platform(platform):
        yield f"environment of {pid}", Path(f"/proc/{pid}/environ").read_bytes().decode("latin-1")


def processes_of_the_platform(platform):
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("latin-1")
            inside = str(platform.checkout) in (path / "environ").read_bytes().decode("latin-1") + words
        except OSError:
            continue
        if inside and "privacy.domain" not in words:
            yield path.name


def test_nothing_of_the_platform_holds_credentials_or_a_row_of_a_source(platform):
    secrets = holder_secrets(platform) | distinctive_values(platform)
    assert {"health", "market", "transport"} < set(secrets)
    assert all(len(value) >= 32 for value in holder_secrets(platform).values())
    places = list(everything_the_platform_keeps(platform))
    assert len(places) > 60
    assert [name for name, text in places for value in secrets.values() if value in text] == []


def test_no_process_knows_how_to_own_the_tables(platform):
    password = urlsplit(platform.owner_url).password
    assert len(password) > 20
    told = {name: Path(f"/proc/{name}/environ").read_text("latin-1") for name in processes_of_the_platform(platform)}
    assert len(told) > 5
    assert [name for name, text in told.items() if password in text] == []
    assert password not in json.dumps(platform.environment)


def domain_workers(platform):
    """Each domain worker of this platform: its holder, its user, and what is to be seen of its environment."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (path / "status").read_text().splitlines() if ":" in line)
            title, told = (path / "cmdline").read_text("latin-1"), (path / "environ").read_text("latin-1")
        except OSError:
            continue
        # A retitled process says its holder in its title, any other in its environment.
        holder = re.search(r"domain-([a-z]+)@|HOLDER_CODE=([a-z]+)", title + told)
        if int(status["PPid"]) == platform.process.pid and holder:
            yield holder[1] or holder[2], int(status["Uid"].split()[0]), told


def test_each_domain_worker_is_a_user_of_its_own_without_the_platforms_database(platform):
    workers = list(domain_workers(platform))
    assert {holder for holder, _, _ in workers} == {"health", "market", "transport"}
    users = {user for _, user, _ in workers}
    assert (len(users), 0 in users) == ((3, False) if os.geteuid() == 0 else (1, False))
    for _, _, told in workers:
        assert "DATABASE" not in told
        assert "PASSPHRASE" not in told
    credentials = list(platform.holders.rglob("worker.env"))
    assert len(credentials) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in credentials)


def test_the_node_killed_and_wiped_comes_back_with_identical_block_hashes(platform):
    def blocks():
        def ask(method, *words):
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(words)}
            return requests.post(platform.environment["CHAIN_URL"], json=body, timeout=20).json()["result"]

        height = int(ask("eth_blockNumber"), 16)
        return [ask("eth_getBlockByNumber", hex(number), False)["hash"] for number in range(height + 1)]

    before = blocks()
    pid = next(
        int(path.name)
        for path in Path("/proc").glob("[0-9]*")
        if is_node(path, platform.environment["CHAIN_URL"].rpartition(":")[2])
    )
    subprocess.run(["kill", "-9", str(pid)], check=True)
    end = time.monotonic() + 60
    after = []
    while after[: len(before)] != before and time.monotonic() < end:
        time.sleep(0.5)
        try:
            after = blocks()
        except requests.RequestException:
            after = []
    assert after[: len(before)] == before
    assert len(before) >= 3


def is_node(path, port):
    try:
        words = (path / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0].endswith(b"anvil") and port.encode() in words


def test_the_verifier_key_and_the_openapi_document_are_public(platform):
    assert json.loads(get(platform, "/api/openapi.json").content)["openapi"].startswith("3.1")
    assert get(platform, "/ledger/key/").text.count("+") >= 2
