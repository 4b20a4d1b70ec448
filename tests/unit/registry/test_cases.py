"""The tables a registry lawyer can read, held against the rules."""

from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from kernel.workdays import SHANGHAI, Calendar
from registry.grade import Assessment, Harm, Level, Object, classify
from registry.limits import first_registration, local_day, product_validity_end, validity_end

CASES = Path(__file__).resolve().parents[2] / "cases" / "registry"


def cases(name):
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("case", cases("working_days"), ids=lambda case: case["start"])
def test_working_days(case):
    assert Calendar().deadline(at(case["start"]), case["days"]).at == at(case["end"])


@pytest.mark.parametrize("case", cases("first_registration"), ids=lambda case: case["operated_on"])
def test_first_registration(case):
    due = first_registration(date.fromisoformat(case["operated_on"]), calendar=Calendar())
    assert (due.step, local_day(due.ends_at).isoformat(), due.article) == (
        case["step"],
        case["last_day"],
        case["article"],
    )


@pytest.mark.parametrize("case", cases("validity"), ids=lambda case: f"{case['coded_on']}-{case['until']}")
def test_validity(case):
    coded_on = date.fromisoformat(case["coded_on"])
    if "term" in case:
        term_from, term_until = (date.fromisoformat(day) for day in case["term"])
        until = product_validity_end(coded_on, term_from=term_from, term_until=term_until)
    else:
        until = validity_end(coded_on)
    assert until.isoformat() == case["until"]


@pytest.mark.parametrize("case", cases("classification"), ids=lambda case: str(case["findings"]))
def test_classification(case):
    found = classify(Assessment(Object(thing), Harm(harm)) for thing, harm in case["findings"])
    assert (found.level, found.grade) == (Level(case["level"]), case.get("grade"))
