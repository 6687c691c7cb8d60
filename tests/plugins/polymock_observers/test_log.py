import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plugins.events import EXCHANGE, request, response, started
from polymock.errors import ConfigError
from polymock.observers import ObserverPlace
from polymock_observers.log import Log, Settings
from polymock_schemas.events import ErrorOccurred, Event

EVIL = "/a\nFAKE level=error\r\x1b[2J\u2028"


def written(folder: Path, events: Sequence[Event], **settings: Any) -> list[str]:
    """The lines of a log that was told of these events."""

    async def story() -> None:
        log = Log(Settings(**settings))
        place = ObserverPlace("log", folder, folder / "state", lambda: None)  # type: ignore[arg-type,return-value]
        await log.start(place)
        for event in events:
            await log.receive([event])
        await log.stop()

    asyncio.run(story())
    file = settings.get("file")
    return (folder / file).read_text().splitlines() if file else []


def test_json(tmp_path: Path) -> None:
    error = ErrorOccurred("e", 1, "journal", "it is full")
    lines = written(tmp_path, [started(), request(), error], file="logs/events.log")
    first, second, third = map(json.loads, lines)
    assert list(first)[:4] == ["timestamp", "level", "event", "id"]
    assert first["timestamp"] == "2023-11-14T22:13:20.000250Z"
    assert (first["event"], first["level"], first["mocks"]) == ("server.started", "info", ["shop"])
    assert (second["path"], second["exchange"]) == ("/pets/1", EXCHANGE)
    assert "body" not in second
    assert (third["event"], third["level"], third["message"]) == (
        "error.occurred",
        "error",
        "it is full",
    )


def test_text(tmp_path: Path) -> None:
    (line,) = written(tmp_path, [response()], file="e.log", format="text", bodies=True)
    assert line.startswith("2023-11-14T22:13:20.000250Z info  response.sent id='rs_")
    assert "status=200" in line
    assert "body='{\"id\":1}'" in line
    assert "session" not in line  # it has none


@pytest.mark.parametrize("format_", ["json", "text"])
def test_what_callers_send_makes_no_lines(tmp_path: Path, format_: str) -> None:
    event = request(path=EVIL, user_agent=EVIL, headers={"x-a": EVIL})
    (file,) = [written(tmp_path, [event], file="e.log", format=format_)]
    assert len((tmp_path / "e.log").read_text().split("\n")) == 2
    assert len(file[0]) > 100
    assert "\x1b" not in file[0]
    assert "\r" not in file[0]


def test_it_goes_to_standard_error_without_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, [started()])
    out, err = capsys.readouterr()
    assert (out, json.loads(err)["event"]) == ("", "server.started")


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    written(tmp_path, [started(1)], file="e.log")
    assert len(written(tmp_path, [started(2)], file="e.log")) == 2


def test_what_has_grown_is_put_aside(tmp_path: Path) -> None:
    written(tmp_path, [started(n) for n in range(100)], file="e.log", max_bytes=4096)
    assert (tmp_path / "e.log").stat().st_size <= 4096
    assert (tmp_path / "e.log.1").stat().st_size <= 4096
    last = json.loads((tmp_path / "e.log").read_text().splitlines()[-1])
    assert last["id"] == "sv_0099"


@pytest.mark.parametrize("file", ["../e.log", "/etc/e.log", ".", "a/../../e.log", "out/e.log"])
def test_files_stay_inside_the_folder(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match="not inside the config's folder"):
        written(folder, [started()], file=file)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "e.log").mkdir()
    with pytest.raises(ConfigError, match=r"The log .* cannot be opened: Is a directory"):
        written(tmp_path, [started()], file="e.log")


def test_events_that_there_are_not() -> None:
    with pytest.raises(ConfigError, match=r"there is no event 'server\.strated'"):
        Log(Settings(events=("server.strated",)))
