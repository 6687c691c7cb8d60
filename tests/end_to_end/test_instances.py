"""Background servers as people, CI and agents use them: real processes, by command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import httpx
import psutil
import pytest

SHOP = Path(__file__).parents[2] / "examples" / "shop"
PETSTORE = Path(__file__).parents[2] / "examples" / "petstore"
FREE = ("--port", "0", "--admin-port", "0", "--grpc-port", "0")
MAIN = "from polymock.cli import main; main(prog_name='polymock')"
BROKEN = "openapi: 3.1.0\npaths: {\n"
SECONDS = 60.0


class Shell:
    """A terminal with a registry of its own; `folder` is its working directory."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.folder = folder
        self.entries = state / "instances"
        self.environ = {**os.environ, "POLYMOCK_STATE_DIR": str(state)}

    def begin(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Run a command that goes on meanwhile."""
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self.environ, **environ},
        )

    def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """Run a command to its end: exit code, output, errors."""
        with self.begin(*arguments, **environ) as process:
            output, errors = process.communicate(timeout=SECONDS)
        return process.returncode, output, errors

    def json(self, *arguments: str, **environ: str) -> Any:
        """What a command that succeeds prints with `--json`."""
        code, output, errors = self.run(*arguments, "--json", **environ)
        assert code == 0, errors
        return json.loads(output)

    def refused(self, *arguments: str) -> str:
        """What a command that fails says."""
        code, output, errors = self.run(*arguments)
        assert (code, output) == (1, ""), (output, errors)
        return errors

    def processes(self) -> list[psutil.Process]:
        """Every process that this terminal's commands left running."""
        return [each for each in psutil.process_iter() if self._began(each)]

    def serves(self) -> bool:
        """Whether a server has begun to start, ready or not."""
        for process in self.processes():
            with suppress(psutil.Error):
                if "polymock.instances.serving" in process.cmdline():
                    return True
        return False

    def await_none(self) -> None:
        """Wait until nothing runs any more."""
        end = time.monotonic() + SECONDS
        while self.processes():
            assert time.monotonic() < end, self.processes()
            time.sleep(0.05)

    def _began(self, process: psutil.Process) -> bool:
        try:
            state = process.environ().get("POLYMOCK_STATE_DIR")
            return state == self.environ["POLYMOCK_STATE_DIR"]
        except psutil.Error:
            return False


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """In a folder with the petstore; whatever it leaves running ends with the test."""
    folder = tmp_path / "pets"
    folder.mkdir()
    for name in ("openapi.yaml", "polymock.yaml"):
        (folder / name).write_bytes((PETSTORE / name).read_bytes())
    shell = Shell(folder, tmp_path / "state")
    yield shell
    for process in shell.processes():
        process.kill()
    shell.await_none()


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A folder with a config of all protocols."""
    return str(copytree(SHOP, tmp_path / "shop", ignore=ignore_patterns("*.duckdb*", "*.db*")))


def pet(instance: Any) -> int:
    return httpx.get(f"{instance['url']}/pets/1").status_code


def test_one_is_started_seen_and_stopped(shell: Shell) -> None:
    code, output, errors = shell.run("start", *FREE)
    assert (code, errors) == (0, "")
    assert output.startswith("pets is running (pid ")
    assert "Stop it with: polymock stop pets" in output
    assert f"journal  {shell.folder / 'polymock.duckdb'}\n" in output
    (instance,) = shell.json("ps")
    assert (instance["name"], instance["status"]) == ("pets", "running")
    assert instance["config"] == str(shell.folder / "polymock.yaml")
    assert instance["journal"] == str(shell.folder / "polymock.duckdb")
    assert (pet(instance), pet(instance)) == (200, 200)
    end = time.monotonic() + SECONDS
    while shell.json("ps")[0]["requests"] != 2:
        assert time.monotonic() < end
    assert "Polymock is ready." in shell.run("logs", "server", "pets")[1]
    (stopped,) = shell.json("stop", "pets")
    assert stopped["ending"] == "stopped"
    assert shell.processes() == []
    assert shell.json("ps") == []
    assert "1 more ended" in shell.run("ps")[2]
    assert [each["status"] for each in shell.json("ps", "--all")] == ["exited"]


def test_all_protocols_have_their_addresses(shell: Shell, shop: str) -> None:
    instance = shell.json("start", shop, "--name", "shop", "--no-journal", *FREE)
    protocols = {address["protocol"]: address["url"] for address in instance["addresses"]}
    assert {"openapi", "graphql", "grpc"} <= protocols.keys()
    assert instance["ports"].keys() == {"http", "admin", "grpc"}
    assert instance["requests"] is None
    with socket.create_connection(("127.0.0.1", instance["ports"]["grpc"])):
        pass


def test_it_survives_whoever_started_it_and_holds_nothing_of_theirs(shell: Shell) -> None:
    with shell.begin("start", "--json", *FREE) as starter:
        output, _ = starter.communicate(timeout=SECONDS)  # to the end of its pipes
    instance = json.loads(output)
    assert os.getsid(instance["pid"]) == instance["pid"]
    assert pet(instance) == 200


def test_a_taken_port_is_told_with_who_has_it(shell: Shell, tmp_path: Path) -> None:
    first = shell.json("start", *FREE)
    ports = first["ports"]
    errors = shell.refused("start", "--port", str(ports["http"]), "--admin-port", "0")
    assert f"Port {ports['http']} is taken by the instance 'pets'." in errors
    assert "--port 0" in errors
    assert "polymock stop pets" in errors
    assert [each["name"] for each in shell.json("ps", "--all")] == ["pets"]
    shell.folder = tmp_path
    spec = str(shell.entries.parents[1] / "pets" / "openapi.yaml")
    other = shell.json("start", spec, "--name", "pets-b", *FREE)
    assert other["ports"]["http"] != ports["http"]
    assert (pet(first), pet(other)) == (200, 200)


def test_a_taken_grpc_port_is_told_with_who_has_it(shell: Shell, shop: str) -> None:
    first = shell.json("start", shop, "--name", "shop", "--no-journal", *FREE)
    taken = str(first["ports"]["grpc"])
    errors = shell.refused(
        *("start", shop, "--name", "other", "--no-journal", *FREE, "--grpc-port", taken)
    )
    assert f"Port {taken}" in errors
    assert "That is the instance 'shop': polymock stop shop" in errors
    assert [each["name"] for each in shell.json("ps", "--all")] == ["shop"]


def test_what_dies_at_its_start_says_why_and_leaves_nothing(shell: Shell) -> None:
    (shell.folder / "openapi.yaml").write_text(BROKEN)
    errors = shell.refused("start", *FREE)
    assert "'pets' ended while it started, with exit code 1. The end of its log:" in errors
    assert "openapi.yaml" in errors
    assert shell.json("ps", "--all") == []
    assert shell.processes() == []
    assert [file.name for file in shell.entries.iterdir()] == [".lock"]


def test_a_broken_config_is_refused_before_anything_starts(shell: Shell) -> None:
    (shell.folder / "polymock.yaml").write_text("mocks: [{spec: openapi.yaml}]\nsevrer: {}\n")
    assert "sevrer" in shell.refused("start", *FREE)
    assert shell.json("ps", "--all") == []


def test_what_is_not_ready_in_time_is_ended(shell: Shell) -> None:
    errors = shell.refused("start", *FREE, "--wait", "50ms")
    assert "'pets' was not ready within 0.05 s, and was ended." in errors
    assert "--wait" in errors
    assert shell.processes() == []
    assert shell.json("ps", "--all") == []


def test_an_interrupted_start_leaves_nothing(shell: Shell) -> None:
    with shell.begin("start", *FREE) as starter:
        end = time.monotonic() + SECONDS
        while not list(shell.entries.glob("*.panel")):
            assert time.monotonic() < end
            time.sleep(0.01)
        starter.send_signal(signal.SIGINT)
        starter.communicate(timeout=SECONDS)
    assert starter.returncode != 0
    assert shell.processes() == []
    assert shell.json("ps", "--all") == []


def test_a_killed_start_leaves_one_that_is_known(shell: Shell) -> None:
    with shell.begin("start", *FREE) as starter:
        end = time.monotonic() + SECONDS
        while not shell.serves():
            assert time.monotonic() < end
            time.sleep(0.005)
        starter.kill()
        starter.communicate(timeout=SECONDS)
    while shell.json("ps")[0]["status"] != "running":
        assert time.monotonic() < end
    assert pet(shell.json("ps")[0]) == 200
    assert shell.json("stop", "pets")[0]["ending"] == "stopped"
    assert shell.processes() == []


def test_of_two_starts_of_one_name_one_wins(shell: Shell) -> None:
    both = [shell.begin("start", "--name", "pets", "--no-journal", *FREE) for _ in range(2)]
    told = [process.communicate(timeout=SECONDS) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1], told
    (loser,) = (errors for process, (_, errors) in zip(both, told, strict=True) if process.poll())
    assert "'pets' is being started by another command." in loser or "runs already" in loser
    assert [each["status"] for each in shell.json("ps", "--all")] == ["running"]


def test_after_a_kill_it_is_shown_as_ended_and_starts_again(shell: Shell) -> None:
    first = shell.json("start", *FREE)
    os.kill(first["pid"], signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while shell.json("ps"):
        assert time.monotonic() < end
    (dead,) = shell.json("ps", "--all")
    assert (dead["status"], dead["pid"]) == ("exited", None)
    assert "by itself" in dead["note"]
    second = shell.json("start", "--name", "pets", *FREE)
    assert second["pid"] != first["pid"]
    assert pet(second) == 200
    os.kill(second["pid"], signal.SIGKILL)
    psutil.wait_procs([psutil.Process(second["pid"])] if psutil.pid_exists(second["pid"]) else [])
    assert shell.json("stop", "pets")[0]["ending"] == "exited"
    assert shell.processes() == []


def test_a_pid_that_another_process_has_now_is_let_alone(shell: Shell) -> None:
    shell.json("start", *FREE)
    shell.json("stop", "pets")
    entry = shell.entries / "pets.json"
    record = json.loads(entry.read_bytes())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        record["process"]["pid"] = stranger.pid
        record["process"]["created"] -= 60
        entry.write_text(json.dumps(record))
        assert [each["status"] for each in shell.json("ps", "--all")] == ["exited"]
        assert shell.json("stop", "pets")[0]["ending"] == "exited"
        assert shell.json("stop", "--all") == []
        assert stranger.poll() is None
        shell.json("start", *FREE)
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_one_that_does_not_answer_is_shown_and_killed(shell: Shell) -> None:
    instance = shell.json("start", *FREE)
    os.kill(instance["pid"], signal.SIGSTOP)
    (stuck,) = shell.json("ps")
    assert stuck["status"] == "unresponsive"
    assert "does not answer" in stuck["note"]
    code, output, _ = shell.run("stop", "pets", "--grace", "200ms")
    assert (code, output) == (0, "pets did not stop within 0.2 s, and was killed.\n")
    assert shell.processes() == []


def test_restarted_it_has_the_same_ports_options_and_environment(shell: Shell) -> None:
    first = shell.json("start", *FREE, "--seed", "7", POLYMOCK_SERVER__WORKERS="2")
    answer = httpx.get(f"{first['url']}/pets").content
    second = shell.json("restart", "pets")
    assert second["pid"] != first["pid"]
    assert second["ports"] == first["ports"]
    assert len(psutil.Process(second["pid"]).children()) == 2
    assert httpx.get(f"{second['url']}/pets").content == answer
    assert [each["pid"] for each in shell.json("ps", "--all")] == [second["pid"]]
    shell.json("stop", "pets")
    third = shell.json("restart", "pets")
    assert third["ports"] == first["ports"]
    assert sorted(file.suffix for file in shell.entries.glob("pets.*")) == [
        ".json",
        ".log",
        ".panel",
    ]


def test_a_restart_that_fails_says_so_and_can_be_tried_again(shell: Shell) -> None:
    first = shell.json("start", *FREE)
    good = (shell.folder / "openapi.yaml").read_text()
    config = (shell.folder / "polymock.yaml").read_text()
    (shell.folder / "polymock.yaml").write_text("mocks: {}\n")
    shell.refused("restart", "pets")
    assert pet(first) == 200  # what cannot be read leaves it running
    (shell.folder / "polymock.yaml").write_text(config)
    (shell.folder / "openapi.yaml").write_text(BROKEN)
    assert "openapi.yaml" in shell.refused("restart", "pets")
    assert pet(first) == 200  # nor does what cannot be served
    shell.json("stop", "pets")
    assert "openapi.yaml" in shell.refused("restart", "pets")
    assert shell.processes() == []
    assert [each["status"] for each in shell.json("ps", "--all")] == ["exited"]
    (shell.folder / "openapi.yaml").write_text(good)
    assert shell.json("restart", "pets")["ports"] == first["ports"]


def test_all_are_stopped_at_once(shell: Shell) -> None:
    assert shell.run("stop", "--all")[:2] == (0, "Nothing runs.\n")
    for _ in range(2):
        shell.json("start", "openapi.yaml", "--no-journal", *FREE)
    assert [each["name"] for each in shell.json("ps")] == ["openapi", "openapi-2"]
    stopped = shell.json("stop", "--all")
    assert [(each["name"], each["ending"]) for each in stopped] == [
        ("openapi", "stopped"),
        ("openapi-2", "stopped"),
    ]
    assert shell.processes() == []


def test_its_log_is_followed_until_it_ends(shell: Shell) -> None:
    shell.json("start", *FREE)
    with shell.begin("logs", "server", "pets", "--follow", "-n", "1") as following:
        assert following.stdout is not None
        assert "journal" in following.stdout.readline()
        shell.json("stop", "pets")
        following.communicate(timeout=SECONDS)
    assert following.returncode == 0


def test_a_broken_entry_is_set_aside_and_the_others_are_shown(shell: Shell) -> None:
    shell.json("start", *FREE)
    (shell.entries / "shop.json").write_text("{")
    code, output, errors = shell.run("ps", "--json")
    assert (code, [each["name"] for each in json.loads(output)]) == (0, ["pets"])
    assert "shop.json is no record of an instance" in errors
    assert (shell.entries / "shop.json.broken").read_text() == "{"
    assert shell.run("ps")[2] == ""


PROGRAM = """
import json, sys
from polymock.commands.catalog import installed
from polymock.commands.execution import encode
from polymock.commands.local import Target, carry_out
from polymock.errors import UserError

try:
    command = installed().find(sys.argv[1])
    told = carry_out(command, json.loads(sys.argv[2]), Target(), actor="test")
except UserError as error:
    sys.exit(f"{error.message} {error.hint}")
print(encode(told).decode())
"""
"""Commands with parameters that the command line does not offer, as agents give them."""
GRAPH = "type Query { pet(id: ID!): Pet } type Pet { id: ID! name: String! }"


def ask(shell: Shell, command: str, **params: Any) -> Any:
    """What a command answers; where it is refused, the words of that."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, command, json.dumps(params)],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return json.loads(run.stdout) if run.returncode == 0 else run.stderr


def test_specs_are_given_as_texts_and_changed(shell: Shell) -> None:
    spec = (shell.folder / "openapi.yaml").read_text()
    texts = [{"name": "pets.yaml", "text": spec}]
    first = ask(shell, "instances.start", name="pets", texts=texts)
    assert pet(first) == 200
    own = Path(first["folder"])
    assert own.parent == shell.entries
    assert first["journal"] == str(own / "polymock.duckdb")

    wrong = [{"name": "g.graphql", "text": "type Query { a: B }"}]
    errors = ask(shell, "instances.change", name="pets", texts=wrong)
    assert errors.startswith("g.graphql:1:17")
    assert pet(first) == 200
    assert (own / "pets.yaml").read_text() == spec

    texts = [{"name": "g.graphql", "text": GRAPH}]
    second = ask(shell, "instances.change", name="pets", texts=texts)
    assert (second["ports"], second["folder"]) == (first["ports"], first["folder"])
    assert second["pid"] != first["pid"]
    reply = httpx.post(f"{second['url']}/graphql", json={"query": "{ pet(id: 1) { id } }"})
    assert reply.json() == {"data": {"pet": {"id": "1"}}}
    assert not (own / "pets.yaml").exists()
    sql = "select operation from requests order by ts limit 1"
    (row,) = shell.json("logs", "sql", sql, "--instance", "pets")
    assert row["operation"] == "GET /pets/{petId}"
    assert shell.json("restart", "pets")["ports"] == first["ports"]

    third = shell.json("change", "pets", "openapi.yaml")
    assert third["ports"] == first["ports"]
    assert third["journal"] == first["journal"]
    assert pet(third) == 200

    shell.run("stop", "pets")
    fresh = shell.json("start", "openapi.yaml", "--name", "pets", *FREE, "--no-journal")
    assert fresh["folder"] == str(shell.folder)
    assert not own.exists()


def test_a_change_that_cannot_be_leaves_what_is_served(shell: Shell) -> None:
    first = shell.json("start", "openapi.yaml", "--name", "pets", *FREE)
    config = shell.folder / "other.yaml"
    mocks = "mocks: [{spec: openapi.yaml, name: pets}]\n"
    config.write_text(mocks + "world: {collections: {pets: {file: none.csv}}}\n")
    assert "none.csv: there is no such file" in shell.refused("change", "pets", "other.yaml")
    assert shell.json("ps")[0]["pid"] == first["pid"]
    config.write_text(mocks + "world: {store: {type: sqlite, path: none/world.db}}\n")
    said = shell.refused("change", "pets", "other.yaml")
    assert "there is no folder" in said
    assert "It serves again what it served before." in said
    assert pet(first) == 200
    assert shell.json("ps")[0]["ports"] == first["ports"]
    shell.run("stop", "pets")
    assert "did not start again" in shell.refused("change", "pets", "other.yaml")
    assert shell.json("ps") == []


def test_a_config_that_is_broken_by_now_does_not_stand_against_another(shell: Shell) -> None:
    config = shell.folder / "mine.yaml"
    config.write_text("mocks: [{spec: openapi.yaml}]\n")
    first = shell.json("start", "mine.yaml", "--name", "pets", *FREE)
    config.write_text("mocks: [")
    assert "cannot be parsed" in shell.refused("restart", "pets")
    assert shell.json("ps")[0]["pid"] == first["pid"]
    assert shell.json("change", "pets", "openapi.yaml")["ports"] == first["ports"]
    assert pet(first) == 200


def test_a_config_can_be_one_of_the_texts(shell: Shell) -> None:
    config = "mocks: [{spec: api/g.graphql, name: graph, at: /api}]\nserver: {grpc_port: 0}\n"
    texts = [
        {"name": "polymock.yaml", "text": config},
        {"name": "api/g.graphql", "text": GRAPH},
    ]
    started = ask(shell, "instances.start", name="graph", texts=texts, port=0, admin_port=0)
    assert started["addresses"][0]["mocks"] == ["graph"]
    assert started["addresses"][0]["url"].endswith("/api")
    assert started["config"] == str(Path(started["folder"]) / "polymock.yaml")


def test_texts_that_cannot_be_served_leave_nothing(shell: Shell) -> None:
    texts = [{"name": "bad.yaml", "text": BROKEN}]
    assert "bad.yaml" in ask(shell, "instances.start", name="bad", texts=texts)
    assert shell.json("ps", "--all") == []
    assert [file.name for file in shell.entries.iterdir()] == [".lock"]
    texts = [{"name": "../x.yaml", "text": GRAPH}]
    assert "cannot be a text's name" in ask(shell, "instances.start", texts=texts)
    assert not list(shell.folder.parent.rglob("x.yaml"))
