from __future__ import annotations

import pytest
from msgspec.structs import replace

from polymock.cli.showing.instances import show_instance
from polymock_schemas.instances import Address, Instance

PETS = Instance(
    name="pets",
    status="running",
    pid=7,
    started=None,
    uptime=None,
    requests=None,
    memory=None,
    url="http://127.0.0.1:8080",
    admin_url="http://127.0.0.1:8081",
    addresses=(Address("openapi", "http://127.0.0.1:8080/", ("pets",)),),
    ports={},
    config="",
    specs=(),
    folder="/work",
    journal="/srv/polymock.duckdb",
    log="/state/pets.log",
    warnings=0,
    notes=("The admin port asks for a token, and there is none.",),
)


def test_what_was_started_is_shown_with_its_journal_and_notes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_instance(PETS, None)
    assert capsys.readouterr().out.splitlines() == [
        "pets is running (pid 7).",
        "  openapi  http://127.0.0.1:8080/  pets",
        "  admin    http://127.0.0.1:8081",
        "  journal  /srv/polymock.duckdb",
        "  note: The admin port asks for a token, and there is none.",
        "Stop it with: polymock stop pets",
    ]


def test_one_that_records_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_instance(replace(PETS, journal="", notes=()), None)
    assert "  journal  off: nothing is recorded\n" in capsys.readouterr().out
