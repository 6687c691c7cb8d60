"""Every scenario of the folders beside this file. README.md tells how one is written."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
import schemathesis
from msgspec import UNSET

from polymock.commands.contracts import check_loaded
from polymock.config.loading import Overrides, load
from polymock.testing import Polymock
from polymock_schemas.calls import Exchange
from scenarios import over_grpc, over_http
from scenarios.answers import Answer, answer_of
from scenarios.form import Installed, Scenario, Step, install, read_scenario
from scenarios.judge import asks_for_exchange, complaints
from scenarios.references import resolved
from scenarios.services import Services

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.yaml"))
MAX_TEXT = 2000
"""Characters of an answer's body that a failure shows."""
RECORD_SECONDS = 2.0
"""Within which an exchange is recorded that ended on another thread."""


@pytest.mark.parametrize(
    "file", FILES, ids=[str(file.relative_to(FOLDER).with_suffix("")) for file in FILES]
)
def test_scenario(file: Path, tmp_path: Path, subtests: pytest.Subtests) -> None:
    scenario = read_scenario(file)
    for number, listener in enumerate(_listeners(scenario)):
        installed = install(scenario, file, tmp_path / listener, listener)
        if not number:
            with subtests.test("warnings"):
                _require(_wrong_warnings(scenario, installed.config), "polymock check")
        _take_steps(scenario, installed, subtests, f" over {listener}" if listener else "")


def _listeners(scenario: Scenario) -> Sequence[str]:
    """Who serves native gRPC: each of the listeners in turn, where a scenario calls it."""
    if "grpc_listener" in scenario.config.get("server", {}):
        return ("",)
    if not any(step.wire == "grpc" for step in scenario.steps):
        return ("",)
    is_there = importlib.util.find_spec("pygrpc_native") is not None
    return ("native", "grpcio") if is_there else ("grpcio",)


def _take_steps(
    scenario: Scenario, installed: Installed, subtests: pytest.Subtests, suffix: str
) -> None:
    earlier: dict[str, Answer] = {}
    with Polymock(installed.config) as mock, mock.client() as client:
        services = Services(lambda: mock.target("grpc"))
        for written in scenario.steps:
            with subtests.test(written.title + suffix):
                mock.forget()
                step = resolved(written, earlier)
                answer, report = _taken(step, mock, client, services, installed)
                earlier[step.name] = answer
                exchange = _exchange(mock, step)
                report.extend(complaints(step.expect, answer, exchange, earlier))
                _require(report, step.title, answer)
        services.close()


def _taken(
    step: Step, mock: Polymock, client: httpx.Client, services: Services, installed: Installed
) -> tuple[Answer, list[str]]:
    """The answer to a step, and what is wrong with it that its form alone cannot tell."""
    if step.wire == "grpc":
        return over_grpc.call(step, services), []
    if step.wire == "websocket":
        talk = pytest.importorskip("scenarios.over_websocket", reason="websockets is missing").talk
        answer, report = talk(mock.url, step)
        return answer, report
    response = over_http.send(client, step, services)
    answer = answer_of(response, services)
    if not step.expect.valid:
        return answer, []
    return answer, list(_invalid(installed.contract, mock.exchanges[-1].operation, response))


def _exchange(mock: Polymock, step: Step) -> Exchange | None:
    """The last exchange of a step; one that ended elsewhere is waited for."""
    end = time.monotonic() + (RECORD_SECONDS if asks_for_exchange(step.expect) else 0.1)
    while step.wire != "http" and not mock.exchanges and time.monotonic() < end:
        time.sleep(0.002)
    return mock.exchanges[-1] if mock.exchanges else None


def _invalid(contract: Path, operation: str, response: httpx.Response) -> Iterator[str]:
    """How an answer breaks what the contract declares, as somebody else reads the contract."""
    schema = schemathesis.openapi.from_path(contract)
    method, _, path = operation.partition(" ")
    try:
        schema[path][method].validate_response(response)
    except BaseExceptionGroup as failures:
        yield from (str(failure) for failure in failures.exceptions)
    except AssertionError as failure:
        yield str(failure)


def _wrong_warnings(scenario: Scenario, config: Path) -> Iterator[str]:
    if scenario.warnings is UNSET:
        return
    results = check_loaded(load([str(config)], Overrides(), environ={}))
    found = [f"{fault.path}: {fault.message}" for result in results for fault in result.faults]
    for words in scenario.warnings:
        if not any(words in line for line in found):
            yield f"no warning says {words!r}"
    for line in found:
        if not any(words in line for words in scenario.warnings):
            yield f"an unexpected warning: {line}"


def _require(report: Iterable[str], title: str, answer: Answer | None = None) -> None:
    """Fail with a report, for people who read the scenario and not this file."""
    lines = [f"  - {line}" for line in report]
    if not lines:
        return
    if answer is not None:
        lines += ["The answer was:", f"  {answer.status}"]
        lines += [f"  {name}: {one}" for name, values in answer.headers.items() for one in values]
        lines += ["", answer.text[:MAX_TEXT]]
    pytest.fail("\n".join([title, *lines]), pytrace=False)
