"""One market for each module, made once in a transaction that is undone; each test works on a copy within its own."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.factories.pricing import Market


@pytest.fixture(scope="module")
def prepared_market(django_db_setup, django_db_blocker) -> Iterator[Market]:
    """Make the product, its agreement and its people once for a module's tests."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield Market()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture
def market(prepared_market, db) -> Market:
    """Return the module's market; whom a test appoints in it is forgotten with the test."""
    made = copy.copy(prepared_market)
    made.world = copy.copy(made.world)
    made.world.chiefs = dict(made.world.chiefs)
    return made
