"""A witness against the platform's real HTTP server: what it cosigns, what it refuses, what the platform takes."""

import json
import urllib.request

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from kernel.actors import Actor, RoleRequired
from kernel.signer import Ed25519Signer
from ledger import queries, services
from ledger.cosignature import BadCosignature, WitnessKey
from ledger.merkle import leaf_hash, root_of
from ledger.models import Cosignature, Entry, Witness
from ledger.note import BadNote, Checkpoint, VerifierKey, signed
from ledger.queries.heads import NoSuchHead
from ledger.services.witnessing import NoSuchWitness, OtherHistory, WitnessKnown, WitnessRetired
from ledger.verifier.checkpoint import COSIGNATURE, cosignatures, parse_key, parse_note
from ledger.witness import command
from ledger.witness.fetching import consistency_hashes, fetching
from ledger.witness.memory import Memory, new_key, read_key
from tests.fixtures.live_site import served
from tests.integration.ledger.conftest import NOW

REGULATOR = Actor(kind="person", user_id=9, roles=frozenset({"regulator"}))
CLERK = Actor(kind="person", user_id=8, roles=frozenset({"registry_clerk"}))


@pytest.fixture
def desk(tmp_path):
    """A regulator's machine: a key, and where the witness remembers."""
    new_key("regulator.test/w1", tmp_path / "key")
    return tmp_path


def run(desk, address, *, submit=None, key=None):
    options = ["run", "--log", f"{address}/ledger/log", "--log-key", key or queries.verifier_key()]
    options += ["--key", str(desk / "key"), "--memory", str(desk / "memory")]
    return command.main([*options, *(["--submit", f"{submit}/api/ledger/cosignatures"] if submit else [])])


def registered(desk):
    return services.register_witness(verifier_key=read_key(desk / "key").verifier_key, actor=REGULATOR, now=NOW)


def test_witness_follows_the_log_and_the_platform_shows_its_cosignature(committed_log, site, desk, capsys):
    committed_log.append(3)
    committed_log.seal()
    witness = registered(desk)
    assert run(desk, site, submit=site) == 0
    assert capsys.readouterr().out == (
        f"cosigned: 3 leaves of {queries.verifier_key().partition('+')[0]}, handed in as regulator.test/w1\n"
    )
    committed_log.append(300)
    committed_log.seal()
    assert run(desk, site, submit=site) == 0
    note = urllib.request.urlopen(f"{site}/ledger/log/checkpoint").read().decode()
    (found,) = cosignatures(parse_note(note), [parse_key(witness.verifier_key, COSIGNATURE)])
    assert found.witness == "regulator.test/w1"
    assert queries.witnessed_size() == 304  # the registration is an entry too
    assert [view.size for view in queries.witnesses()] == [304]
    assert Memory(desk / "memory").last().size == 304
    assert queries.receipt(Entry.objects.first().public_id)["checkpoint"].count("— ") >= 1
    assert run(desk, site, submit=site) == 0
    assert "(unchanged)" in capsys.readouterr().out
    assert Cosignature.objects.count() == 2


def test_consistency_from_tiles_equals_the_platforms_own_proof(committed_log, site):
    sizes = []
    for count in (1, 2, 5, 249, 255, 130):
        committed_log.append(count)
        sizes.append(committed_log.seal().size)
    fetch = fetching(f"{site}/ledger/log")
    for old in sizes[:-1]:
        answer = queries.consistency(old=old, new=sizes[-1])
        assert [node.hex() for node in consistency_hashes(fetch, old, sizes[-1])] == answer["proof"]


class Fake:
    """A log that shows whatever it is told to, under the real log's key."""

    def __init__(self, signer):
        self.signer, self.key = signer, VerifierKey("fork.test/log", signer.public_key)
        self.files = {}

    def show(self, leaves, *, root=None):
        text = Checkpoint(self.key.name, len(leaves), root or root_of(leaves)).text()
        self.files = {"/ledger/log/checkpoint": signed(text, [(self.key, self.signer.sign(text.encode()))]).encode()}
        level, row = 0, leaves
        for number in range(0, len(row), 256):
            part = row[number : number + 256]
            name = f"/ledger/log/tile/{level}/{number // 256:03d}"
            self.files[name if len(part) == 256 else f"{name}.p/{len(part)}"] = b"".join(part)
        return self

    def __call__(self, environ, start_response):
        data = self.files.get(environ["PATH_INFO"])
        start_response("200 OK" if data is not None else "404 Not Found", [("Content-Type", "text/plain")])
        return [data or b"no such file"]


LEAVES = [leaf_hash(str(number).encode()) for number in range(40)]
OTHER = [leaf_hash(b"forged"), *LEAVES[1:]]


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        (LEAVES[:9], "rolled back: the log shows 9 leaves, and I have seen 20"),
        (OTHER[:20], "split view: the log signed two roots of 20 leaves"),
        (OTHER, "fork: the tree of 40 leaves does not continue the 20 I have seen"),
        ([*LEAVES[:19], *OTHER[20:]], "fork: the tree of 39 leaves does not continue the 20 I have seen"),
    ],
)
def test_witness_never_cosigns_a_smaller_tree_a_split_view_or_a_fork(desk, capsys, shown, word):
    log = Fake(Ed25519Signer.generate("platform"))
    with served(log) as address:
        log.show(LEAVES[:20])
        assert run(desk, address, key=str(log.key)) == 0
        before = (desk / "memory").read_bytes()
        log.show(shown)
        assert run(desk, address, key=str(log.key)) == 1
        assert capsys.readouterr().err == f"refused: {word}\n"
        assert (desk / "memory").read_bytes() == before
        log.show(LEAVES)
        assert run(desk, address, key=str(log.key)) == 0


def test_witness_refuses_another_key_garbage_and_missing_tiles(desk, capsys):
    log = Fake(Ed25519Signer.generate("platform"))
    stranger = VerifierKey("fork.test/log", Ed25519Signer.generate("x").public_key)
    with served(log.show(LEAVES[:20])) as address:
        assert run(desk, address, key=str(stranger)) == 1
        assert not (desk / "memory").exists()
        assert run(desk, address, key=str(log.key)) == 0
        log.show(LEAVES).files.pop("/ledger/log/tile/0/000.p/40")
        assert run(desk, address, key=str(log.key)) == 2
        for garbage in (b"", b"\xff", b"x\n\n\n", b"a\n1\nAA==\n\n\xe2\x80\x94 a AAAA\n"):
            log.files["/ledger/log/checkpoint"] = garbage
            assert run(desk, address, key=str(log.key)) == 1
    assert run(desk, "http://127.0.0.1:1", key=str(log.key)) == 2
    (desk / "memory").write_text("spoilt")
    with served(log.show(LEAVES)) as address:
        assert run(desk, address, key=str(log.key)) == 2
    assert "mend it before" in capsys.readouterr().err


def test_a_real_log_rolled_back_is_refused(committed_log, site, desk, capsys):
    """The database's head is taken away under the platform, as a restored backup would."""
    committed_log.append(2)
    committed_log.seal()
    committed_log.append(2)
    committed_log.seal()
    assert run(desk, site) == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_treehead DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM ledger_treehead WHERE size = 4")
    assert run(desk, site) == 1
    assert "rolled back: the log shows 2 leaves, and I have seen 4" in capsys.readouterr().err


def cosigned(desk, note):
    parsed = parse_note(note)
    at = int(NOW.timestamp())
    return note + read_key(desk / "key").cosignature(parsed.text, at)


def take(note):
    return services.receive_cosignature(checkpoint=note, now=NOW)


def test_platform_takes_only_what_a_registered_witness_signed(offline_log, desk):
    offline_log.append(2)
    note = offline_log.seal().note
    with pytest.raises(BadCosignature):
        take(cosigned(desk, note))
    witness = registered(desk)
    good = cosigned(desk, note)
    flipped = good[:-20] + ("A" if good[-20] != "A" else "B") + good[-19:]
    for bad, error in [
        (note, BadCosignature),
        (flipped, BadCosignature),
        (good.replace("\n2\n", "\n3\n", 1), NoSuchHead),
        ("", BadNote),
        ("\n\n\n", BadNote),
        (good[:-1], BadNote),
    ]:
        with pytest.raises(error):
            take(bad)
    other = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    with pytest.raises(OtherHistory):
        take(cosigned(desk, note.replace(note.split("\n")[2], "A" * 43 + "=")))
    assert other.size == 2
    assert Cosignature.objects.count() == 0
    assert take(good) == take(good) == ("regulator.test/w1",)
    assert Cosignature.objects.count() == 1
    services.retire_witness(witness_id=witness.id, actor=REGULATOR, now=NOW)
    with pytest.raises(BadCosignature):
        take(good)
    with pytest.raises(WitnessRetired):
        services.retire_witness(witness_id=witness.id, actor=REGULATOR, now=NOW)


def test_a_moment_in_the_future_is_refused(offline_log, desk):
    offline_log.append(1)
    note = offline_log.seal().note
    registered(desk)
    late = note + read_key(desk / "key").cosignature(parse_note(note).text, int(NOW.timestamp()) + 3600)
    with pytest.raises(BadCosignature, match="future"):
        take(late)


def test_only_a_regulator_registers_and_once(db, desk):
    key = read_key(desk / "key").verifier_key
    with pytest.raises(RoleRequired):
        services.register_witness(verifier_key=key, actor=CLERK, now=NOW)
    for bad in ("", "x", str(VerifierKey("a", bytes(32))), key[:-2], key.replace("w1", "w2", 1)):
        with pytest.raises(BadNote):
            services.register_witness(verifier_key=bad, actor=REGULATOR, now=NOW)
    assert not Witness.objects.exists()
    assert registered(desk).name == "regulator.test/w1"
    with pytest.raises(WitnessKnown):
        registered(desk)
    with pytest.raises(NoSuchWitness):
        services.retire_witness(witness_id=Entry.objects.first().public_id, actor=REGULATOR, now=NOW)
    assert [row.kind for row in Entry.objects.all()] == ["witness.registered"]


def test_cosignatures_and_witnesses_are_guarded(offline_log, desk):
    offline_log.append(1)
    note = offline_log.seal().note
    registered(desk)
    take(cosigned(desk, note))
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "UPDATE ledger_cosignature SET head_id = head_id",
        "DELETE FROM ledger_cosignature",
        "TRUNCATE ledger_cosignature",
        "UPDATE ledger_witness SET name = 'other'",
        "DELETE FROM ledger_witness",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(statement)


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_key_files_are_private_and_never_overwritten(tmp_path):
    pair = new_key("regulator.test/w1", tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert read_key(tmp_path / "key").verifier_key == pair.verifier_key
    assert str(WitnessKey.parse(pair.verifier_key)) == pair.verifier_key
    assert command.main(["keygen", "--name", "w", "--key", str(tmp_path / "key")]) == 2
    assert command.main(["keygen", "--name", "a b", "--key", str(tmp_path / "other")]) == 2
    (tmp_path / "key").write_text("PRIVATE+KEY+a+00000000+AAAA")
    assert command.main(["run", "--log", "http://127.0.0.1:1", "--log-key", "x", "--key", "k", "--memory", "m"]) == 2


def test_a_witness_that_cannot_write_or_is_told_nonsense_says_so_in_a_line(tmp_path, capsys):
    new_key("regulator.test/w1", tmp_path / "key")
    log_key = str(VerifierKey("log.test/1", Ed25519Signer.generate("x").public_key))
    (tmp_path / "taken").write_text("")
    for memory, address in [("taken/under/it", "http://127.0.0.1:1"), ("memory", "http://[::1"), ("memory", "ftp://x")]:
        options = ["--key", str(tmp_path / "key"), "--memory", str(tmp_path / memory)]
        assert command.main(["run", "--log", address, "--log-key", log_key, *options]) == 2
        assert capsys.readouterr().err.startswith("incomplete: ")


def test_cosignatures_over_http(client, offline_log, desk):
    offline_log.append(1)
    note = offline_log.seal().note
    registered(desk)
    answer = client.post(
        "/api/ledger/cosignatures", json.dumps({"checkpoint": cosigned(desk, note)}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (200, {"witnesses": ["regulator.test/w1"]})
    (row,) = client.get("/api/ledger/witnesses").json()["items"]
    assert (row["name"], row["size"]) == ("regulator.test/w1", 1)
    (head,) = client.get("/api/ledger/heads").json()["items"]
    assert head["witnesses"][0]["witness"] == "regulator.test/w1"
    answer = client.post("/api/ledger/witnesses", json.dumps({"key": "x"}), content_type="application/json")
    assert answer.status_code in (400, 403, 422)
