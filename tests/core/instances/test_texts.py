from __future__ import annotations

from pathlib import Path

import pytest

from polymock.errors import CommandError, ServerError
from polymock.instances import texts as texts_module
from polymock.instances.texts import check_texts, read_texts, served_names, staged, write_texts
from polymock_schemas.instances import TextFile


def given(*names: str, text: str = "x") -> tuple[TextFile, ...]:
    return tuple(TextFile(name, text) for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "../a.yaml",
        "a/../../b.yaml",
        "/etc/passwd",
        "a//b.yaml",
        "a/./b",
        ".hidden",
        "a\\b",
        "a\0b",
        "a\nb",
        "~/a",
        "a/",
        "",
        "-rf",
        "a" * 150,
        "/".join("abcdefghijk"),
    ],
)
def test_no_name_leads_elsewhere(name: str) -> None:
    with pytest.raises(CommandError, match="cannot be a text's name") as caught:
        check_texts(given(name))
    assert caught.value.violations[0].location == "texts[0].name"


def test_names_are_unlike_whatever_the_files_system_makes_of_their_case() -> None:
    check_texts(given("a.yaml", "b/a.yaml", "b/c-1_2.proto"))
    with pytest.raises(CommandError, match="is there already"):
        check_texts(given("a.yaml", "A.yaml"))
    with pytest.raises(CommandError, match="in a folder that is a text itself"):
        check_texts(given("a/b", "a"))


def test_their_size_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts_module, "MAX_TOTAL", 10)
    check_texts(given("a", "b", text="x" * 5))
    with pytest.raises(CommandError, match="they have 12 characters together"):
        check_texts(given("a", "b", text="x" * 6))


def test_a_config_says_what_is_served_else_all_are_that_may_be() -> None:
    part = TextFile("part.yaml", "x", served=False)
    assert served_names((*given("a.yaml", "b.proto"), part)) == ("a.yaml", "b.proto")
    assert served_names((*given("a.yaml", "polymock.yaml"), part)) == ("polymock.yaml",)
    with pytest.raises(CommandError, match="none of them is served"):
        served_names((part,))


def test_they_are_written_in_place_of_those_before_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    write_texts(folder, given("a.yaml", "b/c.proto", text="old"))
    (folder / "polymock.duckdb").write_text("journal")
    write_texts(folder, given("a.yaml", text="new"), before=("a.yaml", "b/c.proto"))
    files = {
        str(file.relative_to(folder)): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert files == {"a.yaml": "new", "polymock.duckdb": "journal"}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert read_texts(folder, ("a.yaml", "gone")) == given("a.yaml", text="new")


def test_without_texts_nothing_is_made(tmp_path: Path) -> None:
    write_texts(tmp_path / "own", ())
    assert not (tmp_path / "own").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("a file")
    with pytest.raises(ServerError, match="cannot be written"):
        write_texts(tmp_path / "own", given("a"))


def test_what_is_only_looked_at_goes_again(tmp_path: Path) -> None:
    with staged(tmp_path / "stage", given("a.yaml")) as stage:
        assert (stage / "a.yaml").read_text() == "x"
    assert not stage.exists()
