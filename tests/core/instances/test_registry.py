from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.instances.doubles import keep, record_of
from polymock import state
from polymock.errors import ServerError
from polymock.instances.registry import Registry, warning

HOLDER = """
import sys, time
from polymock.instances.registry import Registry
with Registry.open().lock():
    print(flush=True)
    sys.stdin.readline()
    print(time.monotonic(), flush=True)
"""


def files(tmp_path: Path) -> list[str]:
    folder = tmp_path / "state" / "instances"
    return sorted(file.name for file in folder.iterdir() if file.name != ".lock")


def test_records_come_back_by_name(registry: Registry) -> None:
    second, first = record_of("shop"), record_of("pets.v2")
    for record in (second, first):
        keep(registry, record)
    assert registry.records() == [first, second]
    assert Registry.open().known() == [first, second]


def test_only_its_owner_can_read_it(registry: Registry, tmp_path: Path) -> None:
    keep(registry, record_of("shop"))
    folder = tmp_path / "state" / "instances"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "shop.json").stat().st_mode & 0o777 == 0o600
    folder.chmod(0o755)
    Registry.open()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_the_variable_it_is_in_the_users_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "user_state_path", lambda *_: tmp_path / "user")
    Registry.open({})
    assert (tmp_path / "user" / "instances").is_dir()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerError, match="cannot be used") as caught:
        Registry.open({"POLYMOCK_STATE_DIR": str(tmp_path / "file")})
    assert "POLYMOCK_STATE_DIR" in caught.value.hint


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(ServerError, match="another user's"):
        Registry.open({"POLYMOCK_STATE_DIR": str(tmp_path / "state")})


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b"\xff\xfe", b"[" * 100_000, b'{"name": "shop"}'],
    ids=["empty", "cut", "list", "no-utf8", "deep", "keys-missing"],
)
def test_what_is_no_record_is_set_aside_and_told(
    registry: Registry, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    good = keep(registry, record_of("pets"))
    broken = tmp_path / "state" / "instances" / "shop.json"
    broken.write_bytes(content)
    assert registry.records() == [good]
    found, set_aside = registry.check()
    assert found == [good]
    assert [told.file for told in set_aside] == [str(broken)]
    assert Path(set_aside[0].moved_to).read_bytes() == content
    assert set_aside[0].moved_to in warning(set_aside[0])
    assert registry.check() == ([good], [])
    broken.write_bytes(content)
    assert registry.known() == [good]
    assert "shop.json.broken-2" in caplog.text
    assert "shop.json.broken" in files(tmp_path)


def test_a_record_under_another_name_is_none(registry: Registry, tmp_path: Path) -> None:
    keep(registry, record_of("shop"))
    folder = tmp_path / "state" / "instances"
    (folder / "shop.json").rename(folder / "pets.json")
    found, set_aside = registry.check()
    assert found == []
    assert "that of 'shop'" in set_aside[0].why


def test_a_record_is_updated_only_while_it_is_of_the_same_run(registry: Registry) -> None:
    first = keep(registry, record_of("shop", run="first"))
    assert registry.update(replace(first, stopped=True))
    second = keep(registry, record_of("shop", run="second"))
    assert not registry.update(first)
    assert registry.records() == [second]


def test_removing_a_run_leaves_the_one_after_it(registry: Registry, tmp_path: Path) -> None:
    first = keep(registry, record_of("shop", run="first"))
    second = keep(registry, record_of("shop", run="second"))
    registry.remove(first)
    assert registry.records() == [second]
    assert files(tmp_path) == ["shop.json", "shop.second.log"]
    registry.remove(second)
    assert files(tmp_path) == []


def test_a_run_gives_way_to_the_one_before_it(registry: Registry, tmp_path: Path) -> None:
    first = keep(registry, record_of("shop", run="first"))
    second = keep(registry, record_of("shop", run="second"))
    registry.put_back(second, first)
    assert registry.records() == [first]
    registry.put_back(second, None)  # it is not there any more
    assert registry.records() == [first]
    registry.put_back(first, None)
    assert files(tmp_path) == []


def test_that_it_was_stopped_is_written_down(registry: Registry) -> None:
    first = keep(registry, record_of("shop", run="first"))
    registry.note_stopped(first)
    assert registry.records()[0].stopped
    keep(registry, record_of("shop", run="second"))
    registry.note_stopped(first)
    assert not registry.records()[0].stopped


def test_one_process_at_a_time_has_the_lock(registry: Registry) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.stdin.write("\n")
        holder.stdin.flush()
        with registry.lock():
            assert float(holder.stdout.readline()) <= time.monotonic()


def test_a_killed_holder_lets_go_of_the_lock(registry: Registry) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        with registry.lock():
            assert registry.records() == []


def test_a_record_that_cannot_be_written_is_told(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "state" / "instances" / "shop.json").mkdir()
    with pytest.raises(ServerError, match="cannot be written"):
        keep(registry, record_of("shop"))
    assert files(tmp_path) == ["shop.json"]
