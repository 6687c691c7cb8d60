from __future__ import annotations

import pytest

from polymock.config.units import format_duration, parse_duration, parse_size
from polymock.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "size"),
    [(7, 7), ("7", 7), ("7B", 7), ("64 kiB", 65536), ("10MB", 10**7), ("2GiB", 2**31)],
)
def test_sizes_in_bytes(written: str | int, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(7, 7), ("7", 7), ("500ms", 0.5), ("30s", 30), ("15m", 900), ("12h", 43200), ("7d", 604800)],
)
def test_times_in_seconds(written: str | int, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "KiB", "-1", "1.5MB", "1TB", "9" * 99, "1 x"])
def test_what_is_no_size_or_time_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="is not a size"):
        parse_size(written)
    with pytest.raises(ConfigError, match="is not a time"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["0s", "1ms", "1500ms", "30s", "15m", "90s", "12h", "7d"])
def test_times_are_written_as_they_are_read(written: str) -> None:
    assert format_duration(parse_duration(written)) == written
