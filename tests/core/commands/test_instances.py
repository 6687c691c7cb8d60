from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from polymock.cli import main
from polymock.cli.serving import serve
from polymock.cli.showing.instances import duration
from polymock.commands import instances
from polymock.commands.context import Context
from polymock.errors import CommandError, ConfigError, ServerError
from polymock.instances.processes import identify, this_process
from polymock.instances.record import Record
from polymock.instances.registry import Registry
from polymock_schemas.instances import (
    ChangeParams,
    ListParams,
    RestartParams,
    ServeOptions,
    ServerLogParams,
    StartParams,
    StopParams,
    TextFile,
)

SPEC = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths: {}\n"


PETS = ("pets.yaml",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a spec, and a registry of its own."""
    working = tmp_path / "work"
    working.mkdir()
    (working / "pets.yaml").write_text(SPEC)
    monkeypatch.chdir(working)
    monkeypatch.setenv("POLYMOCK_STATE_DIR", str(tmp_path / "state"))
    return working


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that goes on until it is asked to end."""
    code = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        yield process
        process.kill()


def record_of(name: str) -> Record:
    return Record(name, f"run-{name}", ("pets.yaml",), ServeOptions(), str(Path.cwd()), "")


def keep(record: Record) -> Registry:
    registry = Registry.open()
    with registry.lock():
        registry.write(record)
    registry.log_of(record).write_text("one\ntwo\nthree\n")
    return registry


def polymock(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_nothing_is_there_at_first(folder: Path) -> None:
    assert instances.list_instances(Context(), ListParams(all=True)).instances == ()
    assert instances.stop(Context(), StopParams(all=True)) == ()


def test_what_is_unknown_is_told_and_nothing_is_stopped(
    folder: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    keep(replace(record_of("pets"), process=identify(sleeper.pid)))
    for ask in (
        lambda: instances.stop(Context(), StopParams(("pets", "shop"))),
        lambda: instances.restart(Context(), RestartParams("shop")),
        lambda: instances.server_log(Context(), ServerLogParams("shop")),
        lambda: list(instances.follow_log(ServerLogParams("shop"))),
    ):
        with pytest.raises(ServerError, match="There is no instance 'shop'"):
            ask()
    assert sleeper.poll() is None


def test_those_that_ended_are_counted_or_shown(folder: Path) -> None:
    keep(record_of("pets"))
    told = instances.list_instances(Context(), ListParams())
    assert (told.instances, told.hidden) == ((), 1)
    told = instances.list_instances(Context(), ListParams(all=True))
    assert ([each.name for each in told.instances], told.hidden) == (["pets"], 0)


def test_stopping_names_one_only_once(folder: Path, sleeper: subprocess.Popen[bytes]) -> None:
    registry = keep(replace(record_of("pets"), process=identify(sleeper.pid)))
    (stopped,) = instances.stop(Context(), StopParams(("pets", "pets")))
    assert (stopped.name, stopped.ending) == ("pets", "stopped")
    assert registry.records()[0].stopped
    (again,) = instances.stop(Context(), StopParams(("pets",)))
    assert again.ending == "exited"


def test_one_that_is_only_just_claimed_cannot_be_stopped_or_restarted(folder: Path) -> None:
    keep(replace(record_of("pets"), starter=this_process()))
    with pytest.raises(ServerError, match="is being started just now"):
        instances.stop(Context(), StopParams(("pets",)))
    with pytest.raises(ServerError, match="is being started by another command"):
        instances.restart(Context(), RestartParams("pets"))


@pytest.mark.parametrize(
    ("params", "error", "match"),
    [
        (StartParams(specs=PETS, name="a/b"), ServerError, "cannot be an instance's name"),
        (StartParams(specs=("nope.yaml",)), ConfigError, r"no file nope\.yaml"),
        (StartParams(), ConfigError, "has no polymock.yaml"),
        (StartParams(specs=PETS, folder="/no/such"), ConfigError, "no file"),
        (StartParams(specs=PETS, port=7000, admin_port=7000), ConfigError, "admin_port"),
        (StartParams(texts=(TextFile("../a", ""),)), CommandError, "cannot be a text's name"),
        (StartParams(texts=(TextFile("polymock.yaml", "{}"),)), ConfigError, "nothing to serve"),
        (
            StartParams(texts=(TextFile("polymock.yaml", "a: 1"),)),
            ConfigError,
            r"^polymock.yaml: a: unknown",
        ),
    ],
)
def test_what_cannot_be_started_leaves_nothing(
    folder: Path, params: StartParams, error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        instances.start(Context(), params)
    registry = Registry.open()
    assert registry.records() == []
    left = {file.name for file in (registry.log_of(record_of("x")).parent).iterdir()}
    assert left <= {".lock"}


def test_a_server_does_not_end_itself(
    folder: Path, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = replace(record_of("pets"), process=identify(sleeper.pid))
    registry = keep(record)
    monkeypatch.setenv("POLYMOCK_INSTANCE", record.run)
    for ask in (
        lambda: instances.stop(Context(), StopParams(("pets",))),
        lambda: instances.stop(Context(), StopParams(all=True)),
        lambda: instances.restart(Context(), RestartParams("pets")),
        lambda: instances.change(Context(), ChangeParams(name="pets", specs=PETS)),
    ):
        with pytest.raises(ServerError, match="is the server that you ask"):
            ask()
    assert registry.records() == [record]
    assert sleeper.poll() is None


def test_a_restart_that_is_refused_leaves_it_as_it_was(
    folder: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    record = replace(record_of("pets"), process=identify(sleeper.pid))
    registry = keep(record)
    (folder / "pets.yaml").unlink()
    with pytest.raises(ConfigError, match="no file"):
        instances.restart(Context(), RestartParams("pets"))
    assert registry.records() == [record]
    assert sleeper.poll() is None


def test_the_log_is_read_from_its_end(folder: Path) -> None:
    registry = keep(record_of("pets"))
    told = instances.server_log(Context(), ServerLogParams("pets", 2))
    assert told.lines == ("two", "three")
    assert Path(told.file).is_file()
    assert list(instances.follow_log(ServerLogParams("pets", 1))) == ["three"]
    registry.log_of(record_of("pets")).unlink()
    assert instances.server_log(Context(), ServerLogParams("pets")).lines == ()
    with pytest.raises(ServerError, match="was removed"):
        list(instances.follow_log(ServerLogParams("pets")))


@pytest.mark.parametrize(
    "arguments",
    [
        ["stop"],
        ["stop", "pets", "--all"],
        ["stop", "pets", "--grace", "soon"],
        ["restart"],
        ["start", "--wait", "0"],
        ["start", "pets.yaml", "--journal", "a", "--no-journal"],
        ["change", "pets"],
        ["start", "--port", "65536"],
        ["logs", "server"],
        ["logs", "server", "pets", "--follow", "--json"],
        ["logs", "server", "pets", "-n", "-1"],
    ],
)
def test_errors_of_usage_end_with_code_2(folder: Path, arguments: list[str]) -> None:
    result = polymock(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_other_errors_end_with_code_1_and_say_what_to_do(folder: Path) -> None:
    keep(record_of("pets"))
    result = polymock("stop", "pet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: There is no instance 'pet'.\nHint: Did you mean `pets`?\n"


def test_lists_and_logs_are_printed(folder: Path) -> None:
    assert polymock("ps").stderr == "Nothing runs.\n"
    keep(record_of("pets"))
    assert "1 more ended: --all shows them." in polymock("ps").stderr
    table = polymock("ps", "--all").stdout
    assert all(word in table for word in ("name", "pets", "exited", "by itself", "pets.yaml"))
    assert '"status": "exited"' in polymock("ps", "-a", "--json").stdout
    assert polymock("logs", "server", "pets", "-n", "2").stdout == "two\nthree\n"
    assert polymock("logs", "server", "pets", "-f").stdout == "one\ntwo\nthree\n"
    assert '"three"' in polymock("logs", "server", "pets", "--json").stdout
    assert polymock("stop", "pets").stdout == "pets had ended already.\n"
    assert polymock("stop", "--all").stdout == "Nothing runs.\n"


def test_start_takes_the_options_of_serve() -> None:
    names = {str(option.name) for option in serve.params} - {"as_json", "specs"}
    assert names == {field.name for field in msgspec.structs.fields(ServeOptions)}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0s"), (59, "59s"), (60, "1m 0s"), (3725, "1h 2m"), (273_600, "3d 4h")],
)
def test_times_are_shown_in_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
