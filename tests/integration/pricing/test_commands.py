"""The small commands: what they print, and the sentence they stop with."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

REVENUE = {
    "year": 2025,
    "costs": [{"head": "platform", "use": "industry", "amount": "1234.56"}],
    "subsidy": "0",
    "bond_yield": "1.75",
    "add_on": "6",
    "tax": "0",
    "previous_excess": "0",
}


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def written(folder, value):
    path = folder / "file.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def test_permitted_revenue(tmp_path):
    answer = json.loads(run("permitted_revenue", written(tmp_path, REVENUE)))
    assert (answer["permitted_profit"], answer["permitted_revenue"]) == ("95.6784", "1330.2384")
    assert answer["derivation"]["result"]["value"] == "1330.2384"


def test_distribute(tmp_path):
    path = written(tmp_path, {"amount": "100.00", "values": {"": "0", "A": "1", "B": "2", "A,B": "4"}})
    assert json.loads(run("distribute", path))["shares"] == {"A": "37.50", "B": "62.50"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (REVENUE | {"add_on": "6.5"}, "pricing.add_on_outside_cap"),
        ('{"amount": NaN}', "pricing.file_refused"),
        ('{"amount": 1e400}', "pricing.file_refused"),
        (REVENUE | {"bond_yield": ""}, "pricing.yield_missing"),
        (REVENUE | {"currency": "USD"}, "pricing.currency_mismatch"),
        (REVENUE | {"tax": "-1"}, "pricing.figure_out_of_range"),
        (REVENUE | {"subsidy": "1234.57"}, "pricing.subsidy_exceeds_cost"),
        (REVENUE | {"previous_excess": "NaN"}, "pricing.not_a_figure"),
        (REVENUE | {"costs": []}, "pricing.no_cost_lines"),
        (REVENUE | {"costs": [{"head": "wine", "use": "industry", "amount": "1"}]}, "pricing.unknown_head"),
        (REVENUE | {"costs": [{"head": "staff", "use": "industry", "amount": "1e400"}]}, "pricing.not_a_figure"),
        (REVENUE | {"costs": [{"head": "staff", "use": "industry", "amount": "0.001"}]}, "pricing.too_precise"),
        ({key: value for key, value in REVENUE.items() if key != "bond_yield"}, "pricing.file_refused"),
        ("[]", "pricing.file_refused"),
        ("", "pricing.file_refused"),
    ],
)
def test_refusals_name_themselves(tmp_path, given, code):
    with pytest.raises(CommandError, match=code):
        run("permitted_revenue", written(tmp_path, given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"amount": "100.00", "values": {"": "0", "A": "1", "B": "2"}}, "pricing.coalition_missing"),
        ({"amount": "100.00", "values": {"": "0", "A": "1e400"}}, "pricing.not_a_figure"),
        ({"amount": "-1", "values": {"": "0", "A": "1"}}, "pricing.figure_out_of_range"),
        ({"amount": "1.001", "values": {"": "0", "A": "1"}}, "pricing.too_precise"),
        ({"amount": "1", "values": {"": "0", "A": "0"}}, "pricing.no_value_to_share"),
        ({"amount": "1"}, "pricing.file_refused"),
        ('{"amount": "1", "values": {"": NaN}}', "pricing.file_refused"),
    ],
)
def test_shares_that_are_refused(tmp_path, given, code):
    with pytest.raises(CommandError, match=code) as refused:
        run("distribute", written(tmp_path, given))
    assert refused.value.returncode == 1


@pytest.mark.parametrize("command", ["permitted_revenue", "distribute"])
def test_a_file_that_is_not_there(tmp_path, command):
    with pytest.raises(CommandError, match=r"nothing\.json"):
        run(command, str(tmp_path / "nothing.json"))


@pytest.mark.django_db
def test_replay(market):
    decision = market.decision()
    assert run("replay", str(decision.derivation_id)).startswith("identical permitted_revenue v1")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pricing_derivation DISABLE TRIGGER pricing_derivation_keeps")
        cursor.execute(
            "UPDATE pricing_derivation SET document = "
            "convert_to(replace(convert_from(document, 'UTF8'), '\"975875.53875\"', '\"975875.53876\"'), 'UTF8')"
        )
    with pytest.raises(CommandError, match=r"pricing\.derivation_differs"):
        run("replay", str(decision.derivation_id))
    with pytest.raises(CommandError, match=r"pricing\.not_found"):
        run("replay", str(uuid4()))
    with pytest.raises(CommandError, match=r"pricing\.not_replayable.*wine.*65号"):
        run("replay", "wine")
