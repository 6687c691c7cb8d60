"""Every scenario of the folders beside this file. README.md tells how one is written."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from msgspec import UNSET

from polymock.commands.contracts import check
from polymock.config.loading import Overrides, load
from polymock.testing import Polymock
from scenarios.form import Scenario, Step, install, read_scenario
from scenarios.judge import Answer, complaints

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.yaml"))
MAX_TEXT = 2000
"""Characters of an answer's body that a failure shows."""


@pytest.mark.parametrize(
    "file", FILES, ids=[str(file.relative_to(FOLDER).with_suffix("")) for file in FILES]
)
def test_scenario(file: Path, tmp_path: Path, subtests: pytest.Subtests) -> None:
    scenario = read_scenario(file)
    installed = install(scenario, file, tmp_path)
    with subtests.test("warnings"):
        _require(_wrong_warnings(scenario, installed.config), "polymock check")
    earlier: dict[str, Answer] = {}
    with Polymock(installed.config) as mock, mock.client() as client:
        for step in scenario.steps:
            with subtests.test(step.title):
                response = _send(client, step)
                answer = _answer(response)
                earlier[step.name] = answer
                report = list(complaints(step.expect, answer, mock.exchanges[-1], earlier))
                if step.expect.valid:
                    operation = mock.exchanges[-1].operation
                    report.extend(_invalid(installed.contract, operation, response))
                _require(report, step.title, answer)


def _send(client: httpx.Client, step: Step) -> httpx.Response:
    """Send a step's call over HTTP. The target goes out as it is written, if a URL may be so."""
    method, _, target = step.call.partition(" ")
    headers = [
        (name, one)
        for name, value in step.headers.items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    content = None
    if step.text is not UNSET:
        content = step.text.encode()
    elif step.base64 is not UNSET:
        content = base64.b64decode(step.base64)
    url = client.base_url.copy_with(raw_path=target.encode())
    if step.json is not UNSET:
        request = client.build_request(method, url, headers=headers, json=step.json)
    elif step.form is not UNSET:
        request = client.build_request(method, url, headers=headers, data=step.form)
    elif step.multipart is not UNSET:
        parts = [
            (part.name, (part.filename, part.text or base64.b64decode(part.base64), part.type))
            for part in step.multipart
        ]
        request = client.build_request(method, url, headers=headers, files=parts)
    else:
        request = client.build_request(method, url, headers=headers, content=content)
    return client.send(request)


def _answer(response: httpx.Response) -> Answer:
    headers: dict[str, list[str]] = {}
    for name, value in response.headers.multi_items():
        headers.setdefault(name.lower(), []).append(value)
    return Answer(response.status_code, headers, response.content)


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
    results = check(load([str(config)], Overrides(), environ={}))
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
