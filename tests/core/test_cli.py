from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from subprocess import Popen

import pytest
from click.testing import CliRunner, Result

from polymock.cli import main
from polymock.config.loading import LoadedConfig
from polymock.journal.database import open_journal


def polymock(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    working = tmp_path / "work"
    working.mkdir()
    monkeypatch.chdir(working)
    return working


@pytest.fixture
def journal(folder: Path) -> Path:
    """A journal that no server holds, with one table more, to ask for."""
    path = folder / "polymock.duckdb"
    connection = open_journal(str(path))
    connection.execute("CREATE TABLE pets (id INTEGER, name VARCHAR, tags VARCHAR[])")
    connection.execute("INSERT INTO pets VALUES (1, 'Rex, \"the dog\"', ['a', 'b']), (2, NULL, [])")
    connection.close()
    return path


def test_help_and_version() -> None:
    help_text = polymock("--help").stdout
    assert all(
        name in help_text for name in ("serve", "check", "logs", "world", "sessions", "plugins")
    )
    assert polymock("--version").stdout.startswith("polymock, version ")


def test_help_loads_no_heavy_library() -> None:
    code = "import sys, polymock.cli; print([m for m in sys.modules if m in sys.argv])"
    heavy = ["duckdb", "litestar", "granian", "httpx", "stevedore", "jsonschema_rs"]
    run = subprocess.run(
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["sevre"],
        ["serve", "--port", "70000"],
        ["serve", "--workers", "0"],
        ["serve", "--journal", "a", "--no-journal"],
        ["logs", "sql"],
        ["logs", "sql", "select 1", "--json", "--csv"],
        ["logs", "sql", "select 1", "--limit", "0"],
        ["logs", "sql", "select 1", "--timeout", "soon"],
        ["logs", "sql", "select 1", "--timeout", "1h"],
    ],
)
def test_wrong_usage_ends_with_2(folder: Path, arguments: list[str]) -> None:
    result = polymock(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


@pytest.mark.parametrize("arguments", [["serve"], ["serve", "gone.yaml"], ["check", "gone.yaml"]])
def test_a_failure_ends_with_1_and_a_hint_on_standard_error(
    folder: Path, arguments: list[str]
) -> None:
    result = polymock(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert "Hint: " in result.stderr


def test_serve_hands_over_what_the_command_line_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.yaml").write_text("openapi: 3.1.0")
    seen: list[tuple[LoadedConfig, bool, str, bool]] = []

    def serve(
        loaded: LoadedConfig,
        *,
        reload: bool,
        log_level: str,
        strict: bool,
        as_json: bool,
        spawned: Popen[bytes],
    ) -> int:
        assert spawned.poll() is None
        seen.append((loaded, reload, log_level, strict, as_json))
        return 7

    monkeypatch.setattr("polymock.server.control.serve", serve)
    options = ["--port", "0", "--admin-port", "1", "--grpc-port", "2", "--workers", "3"]
    more = ["--host", "::1", "--seed", "-4", "--journal", "j.db", "--reload", "--strict", "--json"]
    result = polymock("serve", "a.yaml", *options, *more, "--log-level", "debug")
    assert result.exit_code == 7
    loaded, *rest = seen[0]
    server = loaded.config.server
    assert (server.port, server.admin_port, server.grpc_port, server.workers) == (0, 1, 2, 3)
    assert (server.host, loaded.config.world.seed) == ("::1", -4)
    assert loaded.journal_path == folder / "j.db"
    assert rest == [True, "debug", True, True]


@pytest.mark.usefixtures("toy")
def test_check_lists_faults_with_file_and_path(folder: Path) -> None:
    (folder / "a.txt").write_text("toy warn fail")
    result = polymock("check", "a.txt")
    assert result.exit_code == 1
    assert "a.txt: toy, 3 operations, 1 error, 1 warning" in result.stdout
    assert "  error: a.txt#/b: fail" in result.stdout


@pytest.mark.usefixtures("toy")
def test_check_takes_warnings_for_errors_when_strict(folder: Path) -> None:
    (folder / "a.txt").write_text("toy warn")
    assert polymock("check", "a.txt").exit_code == 0
    assert polymock("check", "a.txt", "--strict").exit_code == 1


@pytest.mark.usefixtures("toy")
def test_check_prints_json_for_every_mock_of_a_config(folder: Path) -> None:
    (folder / "a.txt").write_text("toy")
    (folder / "polymock.yaml").write_text("mocks: [{spec: a.txt}, {spec: a.txt, name: b}]")
    found = json.loads(polymock("check", "--json").stdout)
    assert found == [{"spec": "a.txt", "protocol": "toy", "operations": 1, "faults": []}] * 2


def test_check_prints_the_configs_schema() -> None:
    schema = json.loads(polymock("config", "schema").stdout)
    assert schema["title"] == "polymock.yaml"


@pytest.mark.usefixtures("toy")
def test_what_a_document_says_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "\x1b[31m.txt").write_text("toy")
    assert "\x1b" not in polymock("check", "\x1b[31m.txt").stdout


def test_plugins_are_listed() -> None:
    assert "api-key" in polymock("plugins", "list").stdout
    names = [info["name"] for info in json.loads(polymock("plugins", "list", "--json").stdout)]
    assert {"openapi", "api-key"} <= set(names)


@pytest.mark.usefixtures("journal")
def test_rows_as_json_csv_and_table() -> None:
    ask = ("logs", "sql", "select * from pets order by id")
    assert json.loads(polymock(*ask, "--json").stdout) == [
        {"id": 1, "name": 'Rex, "the dog"', "tags": ["a", "b"]},
        {"id": 2, "name": None, "tags": []},
    ]
    assert polymock(*ask, "--csv").stdout_bytes == (
        b'id,name,tags\r\n1,"Rex, ""the dog""","[""a"",""b""]"\r\n2,,[]\r\n'
    )
    table = polymock(*ask).stdout
    assert 'Rex, "the dog"' in table
    assert "NULL" in table


@pytest.mark.usefixtures("journal")
def test_nothing_is_cut_where_there_is_no_terminal() -> None:
    assert "x" * 5000 in polymock("logs", "sql", "select repeat('x', 5000) as long").stdout


@pytest.mark.usefixtures("journal")
def test_columns_of_the_same_name_are_all_there() -> None:
    found = polymock("logs", "sql", "select 1 as a, 2 as a, 3 as a_2", "--json").stdout
    assert list(json.loads(found)[0].values()) == [1, 2, 3]


@pytest.mark.usefixtures("journal")
def test_a_limit_says_that_there_is_more() -> None:
    result = polymock("logs", "sql", "select * from pets", "--limit", "1", "--json")
    assert len(json.loads(result.stdout)) == 1
    assert "--limit" in result.stderr


@pytest.mark.usefixtures("journal")
def test_a_statement_that_writes_is_refused() -> None:
    result = polymock("logs", "sql", "drop table pets")
    assert result.exit_code == 1
    assert "Error: " in result.stderr
    assert result.stdout == ""


def test_the_journal_is_the_configs(folder: Path, journal: Path) -> None:
    journal.rename(folder / "other.duckdb")
    (folder / "my.toml").write_text('[journal]\npath = "other.duckdb"')
    ask = ("logs", "sql", "select count(*) as n from pets", "--json")
    assert polymock(*ask).exit_code == 1
    assert json.loads(polymock(*ask, "--config", "my.toml").stdout) == [{"n": 2}]
    assert json.loads(polymock(*ask, "--journal", "other.duckdb").stdout) == [{"n": 2}]


def test_a_config_that_records_nothing_says_so(folder: Path) -> None:
    (folder / "polymock.yaml").write_text("journal: {enabled: false}")
    result = polymock("logs", "sql", "select 1")
    assert result.exit_code == 1
    assert "records nothing" in result.stderr


def test_the_schema_of_the_journal() -> None:
    tables = json.loads(polymock("logs", "schema", "--json").stdout)
    requests = next(table for table in tables if table["name"] == "requests")
    assert {"id", "operation", "latency_us"} <= {column["name"] for column in requests["columns"]}
    assert "UUIDv7" in polymock("logs", "schema").stdout
