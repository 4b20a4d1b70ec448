"""A place that other users may enter, which pytest's own temporary directory is not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a directory that the users of root's parts can reach."""
    directory = Path(tempfile.mkdtemp(prefix="gongshu-deploy-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)
