"""The holder's domain: what it hears, what it computes, and that nothing but protected figures leaves it."""

import csv
import gzip
import hashlib
import io
import json
import math
import statistics
from collections import Counter
from datetime import timedelta

import duckdb
import pytest

from kernel.signer import Ed25519Signer, verifies
from privacy import envelope, plan, policy
from privacy.budget import deviation
from privacy.domain import engine, environment
from privacy.domain.connect import announcement
from privacy.domain.noise import gaussian
from privacy.domain.source import Source
from tests.factories.privacy import KEY, NOW, Holder, by, dictionary, own_source, rules

DATA = environment.DEMONSTRATION


def rows_of(table):
    return list(csv.DictReader(io.StringIO(gzip.decompress((DATA / f"{table}.csv.gz").read_bytes()).decode())))


@pytest.fixture
def holder(tmp_path):
    return Holder(tmp_path / "holder")


def message(holder, document, *, changes=None, allowed=None, signer=None, now=NOW):
    allowed = allowed or policy.proposed(dictionary())
    read = policy.parse(allowed)
    asked = plan.parse(document, read)
    named = {"table": "randhie", "content_hash": holder.table.content_hash}
    body = {
        **named,
        "plan": asked.document(),
        "policy": allowed,
        "plan_hash": asked.digest(policy=read.digest, **named),
        "holder": "health",
        "issued_at": now.isoformat(),
        "expires_at": (now + timedelta(minutes=10)).isoformat(),
    } | (changes or {})
    return envelope.sign(envelope.PLAN, body, signer or holder.platform)


def answered(holder, *args, **kwargs):
    reply = holder.domain.answer(message(holder, *args, **kwargs), now=NOW)
    return envelope.opened(reply, kind=envelope.ANSWER, public_key=holder.source.signer().public_key)


class TestData:
    @pytest.mark.parametrize(("table", "rows"), [("randhie", 20_190), ("grunfeld", 220), ("modechoice", 840)])
    def test_each_table_is_whole_and_described(self, table, rows):
        found, told = rows_of(table), dictionary(table)
        assert len(found) == rows
        assert len({row["row_id"] for row in found}) == rows
        assert set(found[0]) == {column["name"] for column in told["columns"]}
        for column in told["columns"]:
            if "domain" in column:
                assert {row[column["name"]] for row in found} <= {item["code"] for item in column["domain"]}
            assert column["name_zh"]
            assert column["name_en"]

    def test_the_files_are_small_and_as_recorded(self):
        recorded = (DATA / "PROVENANCE.md").read_text()
        for path in DATA.glob("*.csv.gz"):
            assert path.stat().st_size < 300_000
            assert hashlib.sha256(path.read_bytes()).hexdigest() in recorded

    def test_no_unit_has_more_rows_than_its_dictionary_says(self):
        for table in ("randhie", "grunfeld", "modechoice"):
            unit = dictionary(table)["unit"]
            assert max(Counter(row[unit["column"]] for row in rows_of(table)).values()) == unit["max_rows"]


class TestSource:
    def test_at_rest_everything_is_encrypted(self, holder):
        kept = b"".join(path.read_bytes() for path in holder.settings.directory.iterdir() if path.suffix != ".pub")
        assert b"row_id,mdvis" not in kept
        assert KEY.encode() not in kept

    def test_connecting_again_changes_nothing(self, holder):
        first = announcement(holder.source)
        files = {path.name: path.read_bytes() for path in holder.settings.directory.iterdir()}
        assert announcement(Source(settings=holder.settings)) == first
        assert {path.name: path.read_bytes() for path in holder.settings.directory.iterdir()} == files

    def test_the_announcement_is_signed_and_holds_no_rows(self, holder):
        told = announcement(holder.source)
        signature = bytes.fromhex(told.pop("signature"))
        assert verifies(bytes.fromhex(told["public_key"]), signature, envelope.canonical(told))
        assert set(told["tables"][0]) == {"name", "rows", "content_hash", "dictionary", "columns"}

    def test_the_content_hash_is_keyed(self, tmp_path):
        settings = [
            environment.Environment(code="health", directory=tmp_path / name, source_key=name) for name in ("a", "b")
        ]
        one, other = (Source(settings=each).load()[0].content_hash for each in settings)
        assert one != other

    def test_a_wrong_key_opens_nothing(self, holder):
        stranger = Source(
            settings=environment.Environment(code="health", directory=holder.settings.directory, source_key="wrong")
        )
        with pytest.raises(ValueError, match="MAC"):
            stranger.rows(holder.table)

    @pytest.mark.parametrize("missing", ["HOLDER_CODE", "HOLDER_DIR", "SOURCE_KEY"])
    def test_a_missing_variable_is_named(self, missing):
        told = {"HOLDER_CODE": "health", "HOLDER_DIR": "/nowhere", "SOURCE_KEY": "x"}
        with pytest.raises(environment.Misconfigured, match=missing):
            environment.read({**told, missing: ""})

    def test_another_platform_key_than_the_pinned_one_is_refused(self, holder):
        first, second = (Ed25519Signer.generate("p").public_key.hex() for _ in range(2))
        assert environment.platform_key(holder.settings, {"PLATFORM_PUBLIC_KEY": first}).hex() == first
        assert environment.platform_key(holder.settings, {}).hex() == first
        with pytest.raises(environment.Misconfigured, match="pinned"):
            environment.platform_key(holder.settings, {"PLATFORM_PUBLIC_KEY": second})


class TestEngine:
    def exact(self, holder, document, allowed=None):
        allowed = allowed or rules()
        asked = plan.parse(document, allowed)
        connection = engine.session(holder.source.rows(holder.table))
        keys = tuple(asked.lattice(allowed).keys())
        try:
            return dict(
                zip(keys, zip(*engine.aggregate(connection, asked, allowed, keys).values(), strict=True), strict=True)
            )
        finally:
            connection.close()

    def test_counts_and_clamped_sums_equal_plain_python(self, holder):
        found = self.exact(holder, by("health", sums=["mdvis"], only={"deductible": ["no"]}))
        expected = {}
        for row in rows_of("randhie"):
            if row["deductible"] == "no":
                count, total = expected.get((row["health"],), (0, 0))
                expected[row["health"],] = (count + 1, total + min(int(row["mdvis"]), 20))
        assert found == expected

    def test_the_whole_public_domain_is_answered_for(self, holder):
        found = self.exact(holder, by("health", only={"plan": ["rate_100"], "chronic": ["0-4"]}))
        assert set(found) == {("excellent",), ("good",), ("fair",), ("poor",)}
        assert sum(count for (count,) in found.values()) == sum(
            row["plan"] == "rate_100" and row["chronic"] == "0-4" for row in rows_of("randhie")
        )

    def test_contributions_are_bounded(self, tmp_path):
        greedy = "1,9,0,0,0,0,0,1,1,0,0,free,good,no,0-4,no"
        source = own_source(tmp_path / "source", extra_rows=[greedy] * 5, keep=0)
        holder = Holder(tmp_path / "holder", source=source)
        assert self.exact(holder, by("health", sums=["mdvis"]))["good",] == (1, 9)

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT * FROM read_csv('/etc/passwd')",
            "COPY source TO '/tmp/leak.csv'",
            "ATTACH '/tmp/leak.db'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access=true",
            "SELECT * FROM glob('/etc/*')",
            "SET threads=8",
        ],
    )
    def test_the_session_reaches_nothing_but_its_memory(self, holder, text):
        connection = engine.session({"row_id": [1], "a": ["x"]})
        with pytest.raises(duckdb.Error):
            connection.execute(text)
        connection.close()

    def test_names_are_quoted_and_values_are_parameters(self):
        asked = plan.parse(by("health", only={"plan": ["free"]}), rules())
        made = engine.statement(asked, rules())
        assert made.parameters == ("free",)
        assert "free" not in made.text
        assert '"health"' in made.text

    def test_sensitivity(self):
        assert engine.sensitivity("count", rules()) == 1
        assert engine.sensitivity("sum:mdvis", rules()) == 20
        assert engine.sensitivity("count", rules("modechoice")) == 4
        assert engine.sensitivity("sum:invc", rules("modechoice")) == 720


class TestNoise:
    def test_its_spread_is_what_was_paid_for(self):
        drawn = gaussian([1000] * 4000, sensitivity=20, rho=10_000)
        assert drawn.sigma == deviation(10_000, 20)
        assert math.isclose(drawn.sigma, 141.42, rel_tol=1e-3)
        # Six standard errors either way: fails by chance less than once in 10^8 runs.
        assert abs(statistics.fmean(drawn.figures) - 1000) < 6 * drawn.sigma / math.sqrt(4000)
        assert abs(statistics.pstdev(drawn.figures) / drawn.sigma - 1) < 6 / math.sqrt(2 * 4000)
        assert all(type(figure) is int for figure in drawn.figures)

    def test_two_draws_differ(self):
        assert (
            gaussian([0] * 50, sensitivity=1, rho=5000).figures != gaussian([0] * 50, sensitivity=1, rho=5000).figures
        )


class TestAnswer:
    def test_an_allowed_plan_is_answered_and_signed(self, holder):
        told = answered(holder, by("health", sums=["mdvis"], rho="0.02"))
        assert (told["state"], told["rho"], told["measures"]) == ("answered", 20_000, ["count", "sum:mdvis"])
        cells = {cell["key"][0]: cell["values"] for cell in told["cells"]}
        assert abs(cells["good"][0] - 7309) < 60
        assert abs(cells["excellent"][0] - 11019) < 60
        assert all(count % 5 == 0 for count, _ in cells.values())
        assert told["sigma"]["count"] == f"{deviation(10_000, 1):.6g}"

    def test_small_cells_are_dropped(self, tmp_path):
        source = own_source(tmp_path / "source", keep=5)
        told = answered(Holder(tmp_path / "holder", source=source), by("health", rho="0.02"), allowed=generous())
        assert told["cells"] == []

    def test_a_repeated_plan_gets_the_same_bytes(self, holder):
        first = holder.domain.answer(message(holder, by("plan")), now=NOW)
        later = NOW + timedelta(hours=5)
        assert holder.domain.answer(message(holder, by("plan"), now=later), now=later) == first
        assert holder.domain.store.spent(holder.table.content_hash) == 5000

    def test_after_a_crash_before_storing_nothing_was_given(self, holder, monkeypatch):
        def crash(*_args):
            raise OSError("disk full")

        monkeypatch.setattr(type(holder.domain.store), "keep", crash)
        assert answered(holder, by("plan"))["state"] == "refused"
        monkeypatch.undo()
        assert answered(holder, by("plan"))["state"] == "answered"

    @pytest.mark.parametrize(
        "changes",
        [
            {"plan": {"group_by": [{"dim": "row_id"}], "measures": [{"op": "count"}]}},
            {"plan": {"group_by": [{"dim": "health"}], "measures": [{"op": "count"}], "rho": "0.02"}},
            {"plan_hash": "f" * 64},
            {"content_hash": "f" * 64},
            {"table": "../../etc/passwd"},
            {"table": "grunfeld"},
            {"policy": {}},
            {"policy": policy.proposed(dictionary()) | {"k": 3}},
            {"policy": policy.proposed(dictionary()) | {"rho": {"default": "0.005", "max": "0.25"}}},
        ],
    )
    def test_a_hostile_plan_of_the_platform_itself_gets_one_refusal(self, holder, changes):
        told = answered(holder, by("health"), changes=changes)
        assert told == {"plan_hash": told["plan_hash"], "holder": "health", "state": "refused"}
        assert holder.domain.store.spent(holder.table.content_hash) == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {"holder": "market"},
            {"expires_at": NOW.isoformat()},
            {"issued_at": (NOW + timedelta(minutes=5)).isoformat()},
            {"plan_hash": 5},
            {"issued_at": "yesterday"},
        ],
    )
    def test_a_message_for_another_holder_or_time_is_dropped(self, holder, changes):
        assert holder.domain.answer(message(holder, by("health"), changes=changes), now=NOW) is None

    def test_a_message_by_anybody_else_is_dropped(self, holder):
        forged = message(holder, by("health"), signer=Ed25519Signer.generate("platform"))
        assert holder.domain.answer(forged, now=NOW) is None
        assert holder.domain.answer({"body": json.dumps({})}, now=NOW) is None

    def test_the_holders_own_account_stops_what_the_platforms_ledger_would_not(self, holder):
        broad = policy.proposed(dictionary()) | {"rho": {"default": "0.005", "max": "0.2"}}
        states = []
        for number in range(6):
            document = by("health", rho=f"0.2{'0' * number}" if number < 1 else f"0.19999{number}")
            states.append(answered(holder, document, allowed=broad)["state"])
        assert states == ["answered"] * 5 + ["refused"]
        assert holder.domain.store.spent(holder.table.content_hash) <= 1_000_000


def generous():
    return policy.proposed(dictionary()) | {"rho": {"default": "0.005", "max": "0.2"}, "k": 100}


def test_a_load_that_was_killed_half_way_is_finished_by_the_next(tmp_path):
    settings = environment.Environment(code="health", directory=tmp_path / "holder", source_key=KEY)
    whole = Source(settings=settings).load()[0]
    for leftover in ("randhie.table.json", "randhie.sealed.json"):
        (settings.directory / leftover).unlink()
        (settings.directory / f".{leftover}.1").write_text('{"half')
        (settings.directory / "randhie.table.json").unlink(missing_ok=True)
        assert Source(settings=settings).load() == [whole]
        assert len(Source(settings=settings).rows(whole)["row_id"]) == 20_190
