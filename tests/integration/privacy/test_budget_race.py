"""The privacy ledger under eight threads on PostgreSQL: never over, nothing charged twice, no deadlock."""

import threading
from collections import Counter

import pytest
from django.db import connections
from django.db.models import Sum

from privacy import queries
from privacy.models import Budget, Query, Run, Spend
from tests.factories.privacy import Holder, Licensee, by
from tests.fixtures.databases import copied_database

THREADS = 8


@pytest.fixture
def ready(django_db_setup, django_db_blocker, tmp_path):
    with django_db_blocker.unblock(), copied_database():
        yield Holder(tmp_path / "holder").ready(budget={"version_lifetime": "0.3", "per_licensee": "0.1"})


def together(job):
    failures, barrier = [], threading.Barrier(THREADS)

    def run(number):
        try:
            barrier.wait()
            job(number)
        except Exception as error:
            failures.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_the_limits_hold_exactly(ready):
    licensees = [Licensee(ready.product) for _ in range(4)]

    def ask_many(number):
        for turn in range(12):
            rho = f"0.0099{number}{turn % 10}" if turn < 10 else f"0.0098{number}{turn % 10}"
            licensees[number % 4].ask(by("health", rho=rho))

    assert together(ask_many) == []
    shared = Budget.objects.get(licensee_id=None)
    each = list(Budget.objects.exclude(licensee_id=None))
    for budget in (shared, *each):
        assert budget.spent <= budget.limit
        assert Spend.objects.filter(budget=budget).aggregate(total=Sum("rho"))["total"] == budget.spent
    assert shared.spent == sum(budget.spent for budget in each)
    assert shared.limit - shared.spent < 9_999
    states = Counter(Query.objects.values_list("state", flat=True))
    assert states["waiting"] + states["refused"] == THREADS * 12
    assert states["waiting"] == Run.objects.count() == 30
    assert {query.refusal.rule for query in queries.queries(limit=200) if query.refusal} == {"budget_exhausted"}


def test_one_question_asked_by_all_at_once_is_charged_once(ready):
    licensees = [Licensee(ready.product) for _ in range(THREADS)]
    assert together(lambda number: licensees[number].ask(by("plan", rho="0.02"))) == []
    assert Run.objects.count() == 1
    assert Budget.objects.get(licensee_id=None).spent == 20_000
    assert sorted(Query.objects.values_list("charged", flat=True)) == [0] * (THREADS - 1) + [20_000]
