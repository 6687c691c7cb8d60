import os
from pathlib import Path

import pytest

from polymock.documents import folders
from polymock.documents.folders import files_in, folders_in


def names(folder: Path) -> list[str]:
    return [str(file.relative_to(folder)) for file in files_in(folder)]


def test_files_come_sorted_from_all_levels(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "a.txt", "c/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert names(tmp_path) == ["a.txt", "b.txt", "a/z.txt", "a/b/c.txt", "c/d.txt"]
    assert [str(f.relative_to(tmp_path)) for f in folders_in(tmp_path)] == [".", "a", "a/b", "c"]


def test_what_is_hidden_or_others_or_no_ordinary_file_is_passed_over(tmp_path: Path) -> None:
    for name in (".git", "node_modules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config").write_text("")
    (tmp_path / ".hidden").write_text("")
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == []


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("")
    (inside / "real.txt").write_text("")
    (inside / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "alias.txt").symlink_to(inside / "real.txt")
    (inside / "gone.txt").symlink_to(inside / "nothing")
    (inside / "up").symlink_to(tmp_path)
    (inside / "round").symlink_to(inside)
    assert names(inside) == ["alias.txt", "real.txt"]


def test_size_and_depth_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_FILES", 5)
    monkeypatch.setattr(folders, "MAX_DEPTH", 2)
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    for folder in (tmp_path, deep.parent, deep):
        for number in range(3):
            (folder / f"{number}.txt").write_text("")
    assert names(tmp_path) == ["0.txt", "1.txt", "2.txt", "a/b/0.txt", "a/b/1.txt"]
    monkeypatch.setattr(folders, "MAX_FILES", 50)
    assert len(names(tmp_path)) == 6


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert names(tmp_path / "none") == []
