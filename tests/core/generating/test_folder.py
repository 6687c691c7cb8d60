from __future__ import annotations

from pathlib import Path

import pytest

from polymock.errors import ConfigError
from polymock.generating.folder import check_output, files_of, put_in_place, staged


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_a_new_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    with staged(target) as stage:
        write(stage, x="1", y__z="2")
        assert files_of(stage) == ("x", "y/z")
        put_in_place(stage, target)
    assert files_of(target) == ("x", "y/z")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.mkdir()
    check_output(target, force=False)
    with staged(target) as stage:
        write(stage, x="1")
        put_in_place(stage, target)
    assert (target / "x").read_text() == "1"


def test_nothing_is_left_where_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), staged(tmp_path / "a" / "b") as stage:
        write(stage, x="1")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_asks_for_force(tmp_path: Path) -> None:
    write(tmp_path, x="mine")
    with pytest.raises(ConfigError, match="is not empty") as refused:
        check_output(tmp_path, force=False)
    assert "--force" in refused.value.hint
    check_output(tmp_path, force=True)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    write(tmp_path, x="mine")
    with pytest.raises(ConfigError, match="is a file"):
        check_output(tmp_path / "x", force=True)


def test_only_the_files_of_the_project_are_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "a"
    write(target, x="old", mine="mine", y__mine="mine")
    with staged(target) as stage:
        write(stage, x="new", y__z="new")
        put_in_place(stage, target)
    assert {name: (target / name).read_text() for name in files_of(target)} == {
        "x": "new",
        "mine": "mine",
        "y/mine": "mine",
        "y/z": "new",
    }


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a"
    write(target, x="old", y__z__mine="mine")
    with staged(target) as stage:
        write(stage, x="new", y__z="a file where a folder is")
        with pytest.raises(ConfigError, match="is a folder"):
            put_in_place(stage, target)
    assert (target / "x").read_text() == "old"
    assert files_of(target) == ("x", "y/z/mine")


def test_what_was_moved_goes_back_where_a_later_file_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a"
    write(target, x="old", z="old")
    move = Path.replace

    def fail_at_z(self: Path, other: Path) -> Path:
        if self.name == "z" and self.parent.name == "new":
            raise OSError(28, "No space left on device")
        return move(self, other)

    monkeypatch.setattr(Path, "replace", fail_at_z)
    with staged(target) as stage:
        write(stage, x="new", y="new", z="new")
        with pytest.raises(ConfigError, match="No space left"):
            put_in_place(stage, target)
    assert {name: (target / name).read_text() for name in files_of(target)} == {
        "x": "old",
        "z": "old",
    }


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    target, outside = tmp_path / "a", tmp_path / "outside"
    outside.mkdir()
    target.mkdir()
    (target / "specs").symlink_to(outside)
    with staged(target) as stage:
        write(stage, specs__x="new")
        with pytest.raises(ConfigError, match="leads out of"):
            put_in_place(stage, target)
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_replaced_itself(tmp_path: Path) -> None:
    target, outside = tmp_path / "a", tmp_path / "outside"
    outside.write_text("mine")
    target.mkdir()
    (target / "x").symlink_to(outside)
    with staged(target) as stage:
        write(stage, x="new")
        put_in_place(stage, target)
    assert outside.read_text() == "mine"
    assert (target / "x").read_text() == "new"
