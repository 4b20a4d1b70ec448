"""Encrypted lookups: exact, and proof against what hostile clients and evaluators send."""

import json
import os
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard

from privacy import guard, limbs
from privacy.client.__main__ import main
from privacy.client.lookup import Client, Form, fresh
from privacy.frames import packed, unpacked
from privacy.gateways import evaluator
from privacy.gateways.chamber import work
from privacy.lattice import Dimension, Lattice
from privacy.profile import BFV4096_T20 as PROFILE

ROOT = Path(__file__).resolve().parents[3]


def form_of(columns, dimensions):
    lattice = Lattice(tuple(Dimension(name, codes) for name, codes in dimensions.items()))
    return Form(lattice=lattice, layout=limbs.layout(columns, PROFILE), grains={})


def evaluated(form, columns, request):
    blobs = unpacked(request, count=form.layout.blocks, longest=guard.longest(PROFILE.request))
    return packed(evaluator.evaluate(PROFILE.name, blobs, limbs.plaintexts(columns, form.layout, PROFILE)))


@pytest.fixture(scope="module", autouse=True)
def chamber():
    yield
    evaluator.close()


@pytest.fixture(scope="module")
def table():
    draw = random.Random(7)
    columns = {
        "present": [1] * 200,
        "count": [draw.randrange(0, 12_000) for _ in range(200)],
        "sum:v": [draw.randrange(0, 10**9) for _ in range(200)],
    }
    codes = tuple(f"c{number}" for number in range(40))
    return form_of(columns, {"a": ("p", "q", "r", "s", "t"), "b": codes}), columns


@pytest.fixture(scope="module")
def client(table):
    return fresh(table[0])


@pytest.fixture(scope="module")
def ciphertext(client, table):
    return unpacked(client.select(table[0], {}), count=1, longest=10**6)[0]


class TestExact:
    @pytest.mark.parametrize(
        "chosen",
        [{"a": ["q"], "b": ["c7"]}, {"a": ["p", "t"]}, {"b": ["c0", "c39"]}, {}],
        ids=["one cell", "two fifths", "two codes", "everything"],
    )
    def test_the_decrypted_answer_equals_the_plain_one(self, client, table, chosen):
        form, columns = table
        cells = form.lattice.matching(chosen)
        reply = evaluated(form, columns, client.select(form, chosen))
        assert client.answer(form, reply) == {
            name: sum(figures[cell] for cell in cells) for name, figures in columns.items()
        }

    def test_an_empty_selector_is_an_ordinary_question(self, client, table):
        form, columns = table
        reply = evaluated(form, columns, client.request(form, {}))
        assert client.answer(form, reply) == {"present": 0, "count": 0, "sum:v": 0}

    def test_a_table_of_zeros_is_no_oracle(self, client):
        columns = {"present": [0] * 9, "count": [0] * 9}
        form = form_of(columns, {"a": tuple("abcdefghi")})
        assert client.answer(form, evaluated(form, columns, client.select(form, {}))) == {"present": 0, "count": 0}

    def test_several_blocks(self):
        columns = {"count": list(range(5000))}
        form = form_of(columns, {"a": tuple(f"a{number}" for number in range(5000))})
        several = fresh(form)
        reply = evaluated(form, columns, several.select(form, {"a": ["a1", "a4094", "a4095", "a4999"]}))
        assert several.answer(form, reply) == {"count": 1 + 4094 + 4095 + 4999}

    def test_weights(self, client, table):
        form, columns = table
        reply = evaluated(form, columns, client.request(form, {3: 2, 9: 5}))
        assert client.answer(form, reply)["sum:v"] == 2 * columns["sum:v"][3] + 5 * columns["sum:v"][9]

    @pytest.mark.parametrize("weights", [{0: 10**6}, {0: -1}])
    def test_weights_that_could_wrap_are_refused(self, client, table, weights):
        with pytest.raises(ValueError, match="weights"):
            client.request(table[0], weights)

    def test_nobody_else_reads_the_reply(self, client, table):
        form, columns = table
        reply = evaluated(form, columns, client.select(form, {}))
        assert fresh(form).answer(form, reply) != client.answer(form, reply)

    def test_the_request_has_one_length_whatever_it_asks(self, client, table):
        form, _ = table
        lengths = [len(client.select(form, chosen)) for chosen in ({}, {"a": ["q"]}, {"a": ["q"], "b": ["c7"]})]
        assert max(lengths) - min(lengths) < max(lengths) / 100  # ciphertexts of anything compress by chance alone


def header(blob, **changes):
    names = ("magic", "size", "major", "minor", "compression", "reserved", "total")
    parts = dict(zip(names, guard.HEADER.unpack_from(blob), strict=True)) | changes
    return guard.HEADER.pack(*parts.values()) + blob[16:]


def body(blob):
    return guard.checked(blob, PROFILE.request)[16:]


def plain(inner):
    return guard.HEADER.pack(guard.MAGIC, 16, 4, 3, 0, 0, 16 + len(inner)) + inner


def patched(inner, at, value):
    return plain(inner[:at] + value + inner[at + len(value) :])


def zipped(inner):
    squeezed = zstandard.ZstdCompressor(level=19).compress(inner)
    return guard.HEADER.pack(guard.MAGIC, 16, 4, 3, 2, 0, 16 + len(squeezed)) + squeezed


HOSTILE = {
    "empty": lambda blob: b"",
    "text": lambda blob: b"{}" * 20_000,
    "truncated": lambda blob: blob[:-1],
    "longer than said": lambda blob: blob + b"\0",
    "other magic": lambda blob: header(blob, magic=1),
    "other version": lambda blob: header(blob, major=9),
    "other compression": lambda blob: header(blob, compression=1),
    "reserved bits": lambda blob: header(blob, reserved=1),
    "length that lies": lambda blob: header(blob, total=2**63),
    "broken zstd": lambda blob: blob[:2000] + bytes(2000) + blob[4000:],
    "bomb": lambda blob: zipped(bytes(10**7)),
    "padded bomb": lambda blob: zipped(os.urandom(40_000) + bytes(10**7)),
    "other parameters": lambda blob: patched(body(blob), 0, b"\1" * 32),
    "NTT form": lambda blob: patched(body(blob), 32, b"\1"),
    "three polynomials": lambda blob: patched(body(blob), 33, struct.pack("<Q", 3)),
    "a billion polynomials": lambda blob: patched(body(blob), 33, struct.pack("<Q", 10**9)),
    "other degree": lambda blob: patched(body(blob), 41, struct.pack("<Q", 8192)),
    "other level": lambda blob: patched(body(blob), 49, struct.pack("<Q", 1)),
    "scale": lambda blob: patched(body(blob), 57, struct.pack("<d", float("nan"))),
    "correction": lambda blob: patched(body(blob), 65, struct.pack("<Q", 2)),
    "inner header": lambda blob: patched(body(blob), 73, b"\0\0"),
    "inner length": lambda blob: patched(body(blob), 89, struct.pack("<Q", 10**12)),
    "coefficient too large": lambda blob: patched(body(blob), 97, struct.pack("<Q", 2**40)),
    "seed of zeros": lambda blob: plain(body(blob)[:-64] + bytes(64)),
    "other generator": lambda blob: plain(body(blob)[:-65] + b"\7" + body(blob)[-64:]),
    "transparent": lambda blob: plain(body(blob)[:97] + bytes(65_536) + body(blob)[-81:]),
}


class TestHostileClients:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_a_malformed_ciphertext_is_refused_in_less_than_a_second(self, ciphertext, name):
        hostile = HOSTILE[name](ciphertext)
        began = time.monotonic()
        with pytest.raises(guard.BadCiphertext):
            guard.checked(hostile, PROFILE.request)
        assert time.monotonic() - began < 1

    def test_an_honest_ciphertext_passes_and_comes_back_in_one_form(self, ciphertext):
        clean = guard.checked(ciphertext, PROFILE.request)
        assert guard.checked(clean, PROFILE.request) == clean

    def test_a_secret_key_is_no_ciphertext(self, client, tmp_path):
        client.keep(tmp_path / "key")
        with pytest.raises(guard.BadCiphertext):
            guard.checked((tmp_path / "key").read_bytes(), PROFILE.request)

    def test_the_worker_survives_what_reaches_the_chamber(self, client, table):
        form, columns = table
        rows = limbs.plaintexts(columns, form.layout, PROFILE)
        for hostile in ([b"x" * 60_000], [], [b""]):
            with pytest.raises(evaluator.NotEvaluated):
                evaluator.evaluate(PROFILE.name, hostile, rows)
        with pytest.raises(evaluator.NotEvaluated):
            evaluator.evaluate("ckks8192", [b"x"], rows)
        assert client.answer(form, evaluated(form, columns, client.request(form, {1: 1})))["present"] == 1

    def test_the_chamber_is_replaced_when_it_dies(self, client, table):
        form, columns = table
        evaluated(form, columns, client.request(form, {}))
        dead = evaluator._chamber()
        dead.process.kill()
        dead.process.wait()
        assert client.answer(form, evaluated(form, columns, client.request(form, {1: 1})))["present"] == 1

    def test_the_chamber_knows_nothing_of_the_platform(self):
        environment = Path(f"/proc/{evaluator._chamber().process.pid}/environ").read_bytes()
        names = {line.partition(b"=")[0] for line in environment.split(b"\0") if line}
        assert names == {b"PYTHONPATH", b"OMP_NUM_THREADS", b"PYTHONDONTWRITEBYTECODE"}

    def test_a_job_that_hangs_is_killed(self):
        script = (
            "import os, time\n"
            "from privacy.gateways import chamber\n"
            "chamber.SECONDS = 0.3\n"
            "child = os.fork()\n"
            "if child == 0:\n    time.sleep(60)\n"
            "began = time.monotonic()\n"
            "assert not chamber._outcome(child)\n"
            "assert time.monotonic() - began < 5\n"
        )
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)

    def test_a_job_cannot_take_all_memory_or_gain_privileges(self):
        script = (
            "from privacy.gateways import chamber\n"
            "chamber.confine()\n"
            "assert 'NoNewPrivs:\\t1' in open('/proc/self/status').read()\n"
            "try:\n    bytearray(3 << 30)\n"
            "except MemoryError:\n    raise SystemExit(7)\n"
        )
        assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60).returncode == 7

    def test_workers_never_load_seal(self):
        script = (
            "import os, sys, django\n"
            "os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
            "django.setup()\n"
            "import privacy.tasks, privacy.api, privacy.urls\n"
            "assert not [name for name in sys.modules if name.startswith('tenseal')]\n"
        )
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=60)


class TestHostileEvaluators:
    def test_a_reply_that_is_not_one_is_refused_by_the_client(self, client, table):
        form, columns = table
        reply = evaluated(form, columns, client.request(form, {}))
        blobs = unpacked(reply, count=form.layout.rows, longest=10**6)
        with pytest.raises(guard.BadCiphertext):
            client.answer(form, packed([header(blobs[0], total=5), *blobs[1:]]))


def test_the_chambers_work_is_the_same_in_process(client, table):
    form, columns = table
    rows = limbs.plaintexts(columns, form.layout, PROFILE)
    job = json.dumps({"profile": PROFILE.name, "rows": rows}).encode() + b"\n" + client.select(form, {"a": ["q"]})
    assert client.answer(form, work(job))["present"] == 40


def test_the_program(tmp_path, capsys, table):
    form, columns = table
    dimensions = [{"name": each.name, "codes": each.codes} for each in form.lattice.dimensions]
    told = {"dimensions": dimensions, "layout": form.layout.document(), "grains": {}}
    (tmp_path / "form.json").write_text(json.dumps(told))
    files = {name: str(tmp_path / name) for name in ("key", "form.json", "request.bin", "reply.bin")}
    assert main(["keygen", "--key", files["key"]]) == 0
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    common = ["--key", files["key"], "--form", files["form.json"]]
    assert main(["ask", *common, "--where", "a=q,r", "--where", "b=c1", "--out", files["request.bin"]]) == 0
    reply = evaluated(form, columns, (tmp_path / "request.bin").read_bytes())
    (tmp_path / "reply.bin").write_bytes(reply)
    assert main(["read", *common, "--reply", files["reply.bin"]]) == 0
    cells = form.lattice.matching({"a": ["q", "r"], "b": ["c1"]})
    assert json.loads(capsys.readouterr().out) == {
        name: sum(figures[cell] for cell in cells) for name, figures in columns.items()
    }
    assert main(["keygen", "--key", files["key"]]) == 1
    assert main(["ask", *common, "--where", "a=zzz", "--out", files["request.bin"]]) == 1
    assert "no_such_cell" in capsys.readouterr().err


def test_a_kept_key_opens_again(client, table, tmp_path):
    form, columns = table
    client.keep(tmp_path / "key")
    reply = evaluated(form, columns, client.request(form, {2: 1}))
    assert Client.open(tmp_path / "key", PROFILE).answer(form, reply)["count"] == columns["count"][2]
