"""What every test may use; nearly all of it is in tests/fixtures."""

from __future__ import annotations

import pytest

pytest_plugins = [
    "tests.fixtures.browser",
    "tests.fixtures.databases",
    "tests.fixtures.live_site",
    "tests.fixtures.parts",
    "tests.fixtures.passwords",
    "tests.fixtures.sharing",
    "tests.fixtures.strictness",
]


@pytest.fixture(scope="session")
def base_url() -> None:
    """Leave addresses absolute. Only a conftest can stand in for pytest-playwright's own, at which pytest 9 warns."""
