import json

import pytest
from msgspec.structs import replace

from polymock.server.messages import Loaded, MockSummary
from polymock.server.panel import (
    MAX_FAULTS,
    Started,
    fault_line,
    listener_summaries,
    print_faults,
    print_panel,
    render_panel,
)
from polymock_schemas.commands import Fault

WARNING = Fault("warning", "shop.yaml", "/info", "it is missing", "Add it.")
STARTED = Started(
    mocks=(
        MockSummary(
            name="shop", protocol="openapi", prefix="", title="Shop", operations=14, faults=()
        ),
        MockSummary(
            name="users", protocol="openapi", prefix="/users", title="", operations=1, faults=()
        ),
    ),
    url="http://127.0.0.1:8080",
    admin_url="http://127.0.0.1:8081",
    journal="/home/ada/polymock.duckdb",
    workers=1,
    notes=(),
)


def with_faults(*faults: Fault) -> Started:
    return replace(STARTED, mocks=(replace(STARTED.mocks[0], faults=faults),))


def test_a_panel_tells_where_everything_is() -> None:
    assert render_panel(STARTED) == [
        "",
        "Polymock is ready.",
        "  mock     http://127.0.0.1:8080/  shop  (openapi, 14 operations)  Shop",
        "  mock     http://127.0.0.1:8080/users  users  (openapi, 1 operation)",
        "  admin    http://127.0.0.1:8081",
        "  journal  /home/ada/polymock.duckdb",
        "Stop it with Ctrl+C or SIGTERM.",
    ]


def test_a_panel_says_what_is_out_of_the_ordinary() -> None:
    lines = render_panel(replace(STARTED, journal="", workers=4, notes=("users is at /users",)))
    assert "  journal  off: nothing is recorded" in lines
    assert "  workers  4" in lines
    assert "  note     users is at /users" in lines


def test_faults_stand_below_their_mock() -> None:
    lines = render_panel(with_faults(WARNING))
    assert lines[3] == "           warning: shop.yaml#/info: it is missing (Add it.)"


def test_many_faults_are_cut_with_a_word_on_where_the_rest_is() -> None:
    faults = [Fault("warning", "shop.yaml", f"/{n}", "wrong") for n in range(MAX_FAULTS + 3)]
    lines = render_panel(with_faults(*faults))
    assert sum("wrong" in line for line in lines) == MAX_FAULTS
    assert "           and 3 more: see `polymock check`" in lines


def test_a_fault_of_a_whole_file_needs_no_path_or_hint() -> None:
    assert fault_line(Fault("error", "shop.yaml", "", "it is empty")) == (
        "error: shop.yaml: it is empty"
    )


def test_faults_are_printed_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_faults([WARNING, WARNING])
    printed = capsys.readouterr()
    assert printed.err == f"{fault_line(WARNING)}\n" * 2
    assert printed.out == ""


def test_a_panel_in_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_panel(with_faults(WARNING), as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["url"] == "http://127.0.0.1:8080"
    assert found["mocks"][0]["faults"][0]["path"] == "/info"


def test_a_panel_in_text_is_printed_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    print_panel(STARTED, as_json=False)
    assert capsys.readouterr().out == "\n".join(render_panel(STARTED)) + "\n"


def test_a_panel_shows_the_protocols_own_wires() -> None:
    loaded = Loaded(
        mocks=(
            replace(STARTED.mocks[0], name="shop", protocol="grpc"),
            replace(STARTED.mocks[0], name="pets"),
            replace(STARTED.mocks[0], name="users", protocol="grpc"),
        ),
        files=(),
        notes=(),
        ports={"grpc": 50051, "chat": 7000},
    )
    lines = render_panel(replace(STARTED, listeners=listener_summaries(loaded, "[::1]")))
    assert "  grpc     [::1]:50051  shop, users" in lines
    assert "  chat     [::1]:7000  " in lines
