"""What Prometheus' own parsers make of `/metrics`."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from polymock.observing.tally import BOUNDS_US, Kind, Tally
from polymock_observers.prometheus import Prometheus, Settings
from polymock_schemas.observers import (
    Figures,
    JournalFigures,
    ObserverInfo,
    ProcessFigures,
)

OPENMETRICS = "application/openmetrics-text;version=1.0.0"
JOURNAL = JournalFigures(100, 7, 0.25, 2, 31, failing=False)
HOOK = ObserverInfo("hook", "webhook", (), "degraded", "it is down", 5, 90, 3, 2, 3)
WORKER = ProcessFigures("worker-0", 12, 1.5, 50_000_000, 3)


def figures(tally: Tally, **more: Any) -> Figures:
    said = {"journal": JOURNAL, "observers": (HOOK,), "processes": (WORKER,), **more}
    return Figures(1_700_000_000.0, BOUNDS_US, tally.series(), **said)


def samples(shown: Figures, accept: str = "", **settings: Any) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    page = Prometheus(Settings(**settings)).expose(shown, accept)
    parse = parse_openmetrics if "openmetrics" in page.media_type else parse_text
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in parse(page.body.decode())
        for sample in family.samples
    }


@pytest.fixture
def tally() -> Tally:
    made = Tally()
    for latency in (90, 400, 20_000_000):
        made.count_of(Kind("openapi", "shop", "GET /pets", 200, "ok")).add(latency)
    made.count_of(Kind("openapi", "shop", "GET /pets", 500, "fault")).add(10)
    made.count_of(Kind("openapi", "shop", "GET /pets", 500, "server_error")).add(20)
    return made


LABELS = ("mock=shop", "operation=GET /pets", "protocol=openapi")


@pytest.mark.parametrize("accept", ["", "text/plain; version=0.0.4", OPENMETRICS])
def test_traffic(tally: Tally, accept: str) -> None:
    found = samples(figures(tally), accept)
    assert found["requests_total", *LABELS, "status=200"] == 3
    assert found["requests_total", *LABELS, "status=500"] == 2
    errors = {key: value for key, value in found.items() if key[0] == "errors_total"}
    assert errors == {
        ("errors_total", *LABELS[:2], f"outcome={outcome}", LABELS[2], "status=500"): 1
        for outcome in ("fault", "server_error")
    }
    assert found["response_time_seconds_count", *LABELS, "status=200"] == 3
    assert math.isclose(found["response_time_seconds_sum", *LABELS, "status=200"], 20.00049)
    buckets = [
        value
        for key, value in found.items()
        if key[0] == "response_time_seconds_bucket" and "status=200" in key
    ]
    assert buckets == [1.0, 1.0, *([2.0] * 14), 3.0]


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_the_server(tally: Tally, accept: str) -> None:
    found = samples(figures(tally, disk_free_bytes=1024), accept)
    assert found["journal_rows_total",] == 100
    assert found["journal_gaps_total",] == 2
    assert found["journal_dropped_rows_total",] == 31
    assert (found["journal_waiting_rows",], found["journal_lag_seconds",]) == (7, 0.25)
    assert found["journal_up",] == 1
    hook = ("observer=hook", "type=webhook")
    assert found["observer_delivered_total", *hook] == 90
    assert found["observer_dropped_total", *hook] == 2
    assert (found["observer_waiting", *hook], found["observer_up", *hook]) == (5, 0)
    assert found["process_cpu_seconds_total", "process=worker-0"] == 1.5
    assert found["process_resident_memory_bytes", "process=worker-0"] == 50_000_000
    assert found["server_start_time_seconds",] == 1_700_000_000.0
    assert found["disk_free_bytes",] == 1024


def test_settings(tally: Tally) -> None:
    found = samples(figures(tally), prefix="polymock_", processes=False)
    assert all(name.startswith("polymock_") for name, *_ in found)
    assert not any("process" in name for name, *_ in found)


def test_without_a_journal_nothing_is_said_of_it() -> None:
    found = samples(figures(Tally(), journal=None, observers=(), processes=()))
    assert set(found) == {("server_start_time_seconds",)}


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_name_comes_through(mock: str, operation: str) -> None:
    tally = Tally()
    tally.count_of(Kind("graphql", mock, operation, 200, "ok")).add(1)
    page = Prometheus(Settings()).expose(figures(tally), "")
    read = [
        (sample.labels["mock"], sample.labels["operation"])
        for family in parse_text(page.body.decode())
        for sample in family.samples
        if sample.name == "requests_total"
    ]
    assert read == [(mock, operation)] or set(mock + operation) & set("\r\x0b\x0c\x1c\x1d\x1e")


@pytest.mark.parametrize("accept", ["*/*", "a" * 2000, "application/openmetrics-text;version=x"])
def test_odd_accept_headers(tally: Tally, accept: str) -> None:
    assert Prometheus(Settings()).expose(figures(tally), accept).body
