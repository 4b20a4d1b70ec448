"""The platform holds neither the holder's rows nor its credentials: real worker, real broker, a canary row."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from django.apps import apps
from django.conf import settings as platform_settings
from django.db import connection

from kernel.signer import KeyStore
from privacy import policy, queries, services, tasks
from privacy.domain.environment import Environment
from privacy.domain.source import Source
from privacy.gateways import domains
from tests.factories.privacy import NOW, Licensee, by, declared_product, dictionary, own_source
from tests.factories.registry import World

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
CANARY = "canary-5b1f6c"
CREDENTIAL = "credential-9d02e4aa61"
ROW = f"20191,3,0,0,0,0,0,1,0,0,0,{CANARY},good,no,0-4,no"


@pytest.fixture
def broker(broker_url, settings):
    settings.BROKER_URL = broker_url
    client = redis.Redis.from_url(broker_url)
    client.flushdb()
    yield client
    domains.close()
    client.close()


@pytest.fixture
def environment(tmp_path, broker_url, settings):
    key = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE).ensure_signer("platform").public_key
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "HOLDER_CODE": "health",
        "HOLDER_DIR": str(tmp_path / "holder"),
        "SOURCE_DIR": str(own_source(tmp_path / "source", extra_rows=[ROW])),
        "SOURCE_KEY": CREDENTIAL,
        "BROKER_URL": broker_url,
        "PLATFORM_PUBLIC_KEY": base64.b64encode(key).decode(),
    }


@pytest.fixture
def worker(environment, tmp_path):
    """Give a function that starts the worker; its process ends with the test."""
    running = []

    def start():
        log = (tmp_path / "worker.log").open("ab")
        command = [sys.executable, "-m", "privacy.domain.worker"]
        running.append((subprocess.Popen(command, env=environment, stdout=log, stderr=log), log))
        return running[-1][0]

    yield start
    for process, log in running:
        process.kill()
        process.wait()
        log.close()


def product_of(connected):
    """Connect what a holder announced, put its proposed policy in force for a product, and return the product's id."""
    world = World()
    services.connect_source(announcement=json.loads(connected.stdout), actor=world.agent, now=NOW)
    product, document = declared_product(world), policy.proposed(dictionary())
    services.activate_policy(product_id=product, table="randhie", document=document, actor=world.agent, now=NOW)
    return product


def contents(broker):
    """Everything the broker holds, as bytes."""
    parts = []
    for key in broker.scan_iter():
        kind = broker.type(key)
        found = {
            b"list": lambda key: broker.lrange(key, 0, -1),
            b"hash": lambda key: list(broker.hgetall(key).items()),
            b"set": lambda key: list(broker.smembers(key)),
            b"zset": lambda key: broker.zrange(key, 0, -1),
            b"string": lambda key: [broker.get(key)],
        }[kind](key)
        parts.append(repr((key, found)).encode())
    return b"\n".join(parts)


def opened(raw):
    """A celery message's arguments in clear, for its body is base64 in the broker."""
    return base64.b64decode(json.loads(raw)["body"])


def arrived(broker, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = broker.lindex("privacy", 0)
        if raw is not None:
            return raw
        time.sleep(0.1)
    raise AssertionError("no answer came")


def database_text():
    """Every row of every table, as text."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    assert len(rows) > 5
    return "\n".join(rows).encode()


def test_neither_rows_nor_credentials_leave_the_holder(broker, environment, worker, tmp_path):
    connected = subprocess.run(
        [sys.executable, "-m", "privacy.domain.connect"], env=environment, capture_output=True, check=True
    )
    query_id = Licensee(product_of(connected)).ask(by("plan", sums=["mdvis"], rho="0.02"))
    assert tasks.dispatch() == 1
    outgoing = broker.lindex("domain.health", 0)
    seen = [contents(broker), opened(outgoing)]

    process = worker()
    incoming = arrived(broker)
    seen += [contents(broker), opened(incoming)]
    tasks.receive(json.loads(opened(incoming))[0][0])
    view = queries.query(query_id)
    assert view.state == "answered"
    assert {cell.key[0] for cell in view.cells} == {"free", "rate_25", "rate_50", "rate_95", "rate_100"}

    inside = Path(f"/proc/{process.pid}/environ").read_bytes()
    for secret in (b"DATABASE_URL", b"KEY_STORE_PASSPHRASE", b"SECRET_KEY=", b"STRIPE"):
        assert secret not in inside
    seen += [
        database_text(),
        connected.stdout + connected.stderr,
        (tmp_path / "worker.log").read_bytes(),
        repr(dict(os.environ)).encode(),
        repr({name: getattr(platform_settings, name) for name in dir(platform_settings) if name.isupper()}).encode(),
        b"".join(path.read_bytes() for path in (tmp_path / "holder").iterdir()),
    ]
    for text in seen:
        assert CANARY.encode() not in text
        assert CREDENTIAL.encode() not in text

    kept = Source(settings=Environment(code="health", directory=tmp_path / "holder", source_key=CREDENTIAL))
    assert CANARY in kept.rows(kept.table("randhie"))["plan"]


def test_a_worker_killed_between_answer_and_hand_over_gives_the_same_bytes(broker, environment, worker):
    connected = subprocess.run(
        [sys.executable, "-m", "privacy.domain.connect"], env=environment, capture_output=True, check=True
    )
    Licensee(product_of(connected)).ask(by("health"))
    tasks.dispatch()
    message = broker.lindex("domain.health", 0)
    process = worker()
    first = opened(arrived(broker))
    process.kill()
    process.wait()
    broker.delete("privacy")
    broker.lpush("domain.health", message)
    worker()
    assert json.loads(opened(arrived(broker)))[0] == json.loads(first)[0]
