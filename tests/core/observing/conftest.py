"""A journal beside the feed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from polymock.journal.writer import Journal, Settings


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An open journal in a file."""
    opened = Journal(Settings(str(tmp_path / "journal.duckdb")))
    yield opened
    opened.close()
