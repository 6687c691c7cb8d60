"""A server with observers, as a user has it: webhooks, metrics, logs, traces, health."""

import contextlib
import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from end_to_end.servers import Server, polymock
from plugins.receivers import Receiver

PETSTORE = Path(__file__).parents[2] / "examples/petstore/openapi.yaml"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
SECONDS = 20.0
PET = {"name": "Rex", "species": "dog"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.kill()


@pytest.fixture
def observe(serve: Callable[..., Server], tmp_path: Path) -> Callable[..., Server]:
    """Serve the petstore with these observers."""

    def serve_with(*observers: Any, config: str = "", flags: tuple[str, ...] = ()) -> Server:
        text = f"mocks: [{{spec: {PETSTORE}, name: shop}}]\n{config}\n"
        text += f"observers: {json.dumps(observers)}\n"
        (tmp_path / "polymock.yaml").write_text(text)
        return serve(*flags)

    return serve_with


def until(is_so: Callable[[], Any], seconds: float = SECONDS) -> Any:
    end = time.monotonic() + seconds
    while True:
        found = is_so()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def hook(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "type": "webhook",
        "url": receiver.url,
        "allow_private": True,
        "backoff": "50ms",
        **more,
    }


def told(receiver: Receiver) -> list[Any]:
    return [json.loads(posted.body) for posted in receiver.got]


def observer(server: Server, name: str = "webhook") -> dict[str, Any]:
    found = httpx.get(f"{server.admin_url}/api/v1/observers").json()
    return next(each for each in found if each["name"] == name)


def metrics(server: Server) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    answer = httpx.get(f"{server.admin_url}/metrics")
    assert answer.status_code == 200
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_a_webhook_hears_of_everything(
    observe: Callable[..., Server], receiver: Receiver, tmp_path: Path
) -> None:
    server = observe(hook(receiver))
    httpx.get(f"{server.url}/pets/1")
    made = httpx.post(f"{server.url}/pets", json=PET)
    assert made.status_code == 201
    httpx.get(f"{server.url}/nothing")
    assert polymock("world", "reset", cwd=tmp_path).returncode == 0
    until(lambda: len(receiver.got) >= 10)
    assert server.stop() == 0
    events = sorted(told(receiver), key=lambda event: event["timestamp"])  # posted side by side
    assert events[0]["type"] == "server.started"
    assert sorted(event["type"] for event in events) == sorted(
        [
            *(["request.received", "response.sent"] * 3),
            *("error.occurred", "world.changed", "world.changed"),
            *("server.started", "server.stopped"),
        ]
    )
    created, reset = [event["data"] for event in events if event["type"] == "world.changed"]
    assert (created["action"], created["collection"], created["mock"]) == (
        "created",
        "pets",
        "shop",
    )
    assert created["key"] == made.headers["location"].rpartition("/")[2]
    assert (reset["action"], reset["collection"]) == ("reset", "")


def test_ids_of_exchanges_lead_to_their_rows(
    observe: Callable[..., Server], receiver: Receiver
) -> None:
    server = observe(hook(receiver, events=["response.sent"]))
    for number in range(5):
        httpx.get(f"{server.url}/pets/{number}", headers={"X-Polymock-Session": "t"})
    server.await_rows(5)
    until(lambda: len(receiver.got) == 5)
    rows = server.sql("SELECT CAST(id AS VARCHAR), path, status, session FROM requests")
    assert sorted(rows) == sorted(
        [data["exchange"], data["path"], data["status"], data["session"]]
        for data in (event["data"] for event in told(receiver))
    )


def test_a_receiver_that_dies_comes_back_to_everything(
    observe: Callable[..., Server], receiver: Receiver, tmp_path: Path
) -> None:
    """What could not be delivered is kept, over a restart of the server too, and replayed."""
    receiver.kill()
    settings = hook(receiver, events=["request.received"], attempts=2)
    server = observe(settings)
    for number in range(1, 6):
        assert httpx.get(f"{server.url}/pets/{number}").status_code == 200
    until(lambda: observer(server)["dead_letters"] == 5)
    assert observer(server)["state"] == "degraded"
    health = httpx.get(f"{server.admin_url}/health/ready")
    assert health.status_code == 200  # mocks do not depend on it
    assert health.json()["states"]["observer webhook"] == "degraded"
    test = polymock("observers", "test", "webhook", cwd=tmp_path)
    assert test.returncode == 1
    assert "was not delivered" in test.stdout
    assert server.stop() == 0
    receiver.start()
    server = observe(settings)
    listed = polymock("observers", "dead-letters", "webhook", "--json", cwd=tmp_path)
    ids = [letter["id"] for letter in json.loads(listed.stdout)]
    assert len(ids) == 5
    replayed = polymock("observers", "replay", "webhook", ids[0], cwd=tmp_path)
    assert (replayed.returncode, replayed.stdout) == (0, "1 delivered.\n")
    replayed = polymock("observers", "replay", "webhook", cwd=tmp_path)
    assert (replayed.returncode, replayed.stdout) == (0, "4 delivered.\n")
    assert {event["id"] for event in told(receiver)} == set(ids)
    assert polymock("observers", "test", "webhook", cwd=tmp_path).returncode == 0
    history = polymock("observers", "history", "webhook", "--json", cwd=tmp_path)
    assert [each["delivered"] for each in json.loads(history.stdout)] == [True] * 6


def test_what_is_not_delivered_when_the_server_ends_is_kept(
    observe: Callable[..., Server], receiver: Receiver, tmp_path: Path
) -> None:
    receiver.answer = lambda handler: time.sleep(30)
    server = observe(hook(receiver, events=["request.received"], timeout="60s"))
    for number in range(20):
        httpx.get(f"{server.url}/pets/{number}")
    server.await_rows(20)
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 15
    kept = (tmp_path / "polymock.observers/webhook/dead-letters.jsonl").read_text()
    assert kept.count('"kind":"letter"') == 20


def test_metrics_are_there_without_any_config(serve: Callable[..., Server]) -> None:
    server = serve(str(PETSTORE))
    for path in ("/pets/1", "/pets/2", "/pets/abc", "/nothing"):
        httpx.get(server.url + path)
    server.await_rows(4)
    found = metrics(server)
    operation = {"protocol": "openapi", "mock": "openapi", "operation": "GET /pets/{petId}"}
    assert ({**operation, "status": "200"}, 2.0) in found["requests_total"]
    assert ({**operation, "status": "422", "outcome": "client_error"}, 1.0) in found["errors_total"]
    assert ({**operation, "status": "200"}, 2.0) in found["response_time_seconds_count"]
    assert sum(value for _, value in found["requests_total"]) == 4
    assert found["journal_rows_total"] == [({}, 4.0)]
    assert found["journal_gaps_total"] == [({}, 0.0)]
    processes = {labels["process"] for labels, _ in found["process_resident_memory_bytes"]}
    assert processes == {"control", "worker-0"}


def test_metrics_agree_with_the_journal_over_several_workers(
    observe: Callable[..., Server],
) -> None:
    server = observe("prometheus", config="server: {workers: 2}")
    with httpx.Client() as client:
        for number in range(200):
            client.get(f"{server.url}/pets/{number if number % 3 else 'x'}")
    server.await_rows(200)
    found = metrics(server)["requests_total"]
    counted = sorted(
        [labels["operation"], int(labels["status"]), int(value)] for labels, value in found
    )
    rows = server.sql("SELECT operation, status, count(*) FROM requests GROUP BY ALL")
    assert counted == sorted(rows)


def test_observers_work_without_a_journal(
    observe: Callable[..., Server], receiver: Receiver
) -> None:
    server = observe(hook(receiver, events=["request.received"]), flags=("--no-journal",))
    assert httpx.get(f"{server.url}/pets/1").status_code == 200
    until(lambda: len(receiver.got) == 1)
    assert metrics(server)["requests_total"][0][1] == 1
    assert "journal_rows_total" not in metrics(server)
    assert server.stop() == 0


def test_a_collector_gets_the_callers_trace(
    observe: Callable[..., Server], receiver: Receiver
) -> None:
    endpoint = f"http://127.0.0.1:{receiver.port}"
    server = observe(
        {"type": "opentelemetry", "endpoint": endpoint, "compress": False, "interval": "100ms"}
    )
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    httpx.get(f"{server.url}/pets/1", headers=headers)
    posted = until(lambda: [each for each in receiver.got if each.path == "/v1/traces"])
    request = ExportTraceServiceRequest.FromString(posted[0].body)
    (span,) = request.resource_spans[0].scope_spans[0].spans
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert span.name == "GET /pets/{petId}"
    assert any(each.path == "/v1/metrics" for each in receiver.got)


def test_a_log_of_errors(observe: Callable[..., Server], tmp_path: Path) -> None:
    server = observe({"type": "log", "file": "logs/errors.log", "events": ["error.occurred"]})
    httpx.get(f"{server.url}/pets/1")
    httpx.get(f"{server.url}/nothing")
    log = tmp_path / "logs/errors.log"
    until(lambda: log.exists() and log.read_text())
    (line,) = log.read_text().splitlines()
    assert json.loads(line)["message"] == "GET /nothing was answered with 404 (client error)"
    (worker,) = server.workers
    worker.send_signal(signal.SIGKILL)
    until(lambda: "worker 0 ended unexpectedly" in log.read_text())


def test_health_says_how_each_part_does(
    observe: Callable[..., Server], receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    server = observe(hook(receiver), {"type": "log", "file": "taken"})
    until(lambda: observer(server, "log")["state"] == "failed")
    answer = httpx.get(f"{server.admin_url}/health/ready")
    assert answer.status_code == 200
    states, parts = answer.json()["states"], answer.json()["parts"]
    assert states.pop("observer log") == "failed"
    assert "cannot be opened: Is a directory" in parts["observer log"]
    assert states == dict.fromkeys(
        ["workers", "journal", "store", "disk", "observer webhook"], "ok"
    )
    assert parts["workers"] == "1 of 1 serve"
    shown = polymock("health", cwd=tmp_path)
    assert shown.returncode == 0
    assert re.search(r"^store +ok *$", shown.stdout, re.MULTILINE)
    health = json.loads(polymock("health", "--json", cwd=tmp_path).stdout)
    assert health["ready"] is True
    assert {part["name"] for part in health["parts"]} == {*states, "observer log"}


def test_a_receiver_that_hangs_slows_nobody(
    observe: Callable[..., Server], receiver: Receiver
) -> None:
    """Its queue fills and is counted; calls are answered and recorded meanwhile."""
    receiver.answer = lambda handler: time.sleep(30)
    server = observe(hook(receiver, events=["request.received", "response.sent"]), "prometheus")
    with contextlib.closing(HTTPConnection(server.url.removeprefix("http://"))) as client:
        for number in range(5200):  # each is two events
            client.request("GET", f"/pets/{number % 50}")
            client.getresponse().read()
    server.await_rows(5200)
    info = observer(server)
    counted = (info[name] for name in ("waiting", "dropped", "failed", "delivered"))
    assert sum(counted) == 2 * 5200, info
    assert info["dropped"] > 0
    found = metrics(server)
    assert found["journal_dropped_rows_total"] == [({}, 0.0)]
    assert sum(value for _, value in found["requests_total"]) == 5200
    dropped = {labels["observer"]: value for labels, value in found["observer_dropped_total"]}
    assert dropped == {"webhook": info["dropped"], "prometheus": 0}


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"type": "webhok", "url": "http://a"}, "Did you mean `webhook`?"),
        ({"type": "webhook", "url": "nowhere"}, "observers[0]"),
    ],
)
def test_wrong_observers_are_named_before_anything_is_served(
    tmp_path: Path, choice: dict[str, str], words: str
) -> None:
    text = f"mocks: [{{spec: {PETSTORE}}}]\nobservers: {json.dumps([choice])}\n"
    (tmp_path / "polymock.yaml").write_text(text)
    for command in ("check", "serve"):
        done = polymock(command, cwd=tmp_path)
        assert done.returncode in (1, 2)
        assert words in done.stderr
        assert "ready" not in done.stdout
