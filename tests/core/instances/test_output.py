from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from core.instances.doubles import started
from polymock.instances import output
from polymock.instances.output import follow, last_lines, note_panel, read_panel

lines = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=9))


@given(lines, st.integers(0, 12), st.booleans(), st.integers(1, 7))
def test_the_last_lines_are_those_of_the_whole_file(
    written: list[str], count: int, is_ended: bool, block: int
) -> None:
    text = "\n".join(written) + ("\n" if is_ended and written else "")
    expected = (text.removesuffix("\n").split("\n") if text else [])[-count:] if count else []
    before, output.BLOCK = output.BLOCK, block
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "log"
            file.write_bytes(text.encode())
            assert last_lines(file, count) == expected
    finally:
        output.BLOCK = before


def test_there_are_no_lines_without_a_file(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "log", 10) == []


def test_bytes_that_are_no_text_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a\xff\nb")
    assert last_lines(tmp_path / "log", 10) == ["a\ufffd", "b"]


def test_following_shows_the_end_and_what_is_added(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("one\ntwo\nthr")
    ended = threading.Event()

    def goes_on() -> bool:
        return not ended.is_set()

    found = follow(file, 2, goes_on)
    assert next(found) == "two"
    with file.open("a") as stream:
        stream.write("ee\nfour\nfi")
    assert [next(found), next(found)] == ["three", "four"]
    with file.open("a") as stream:
        stream.write("ve")
    ended.set()
    assert list(found) == ["five"]


def test_a_panel_is_read_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "panel"
    assert read_panel(file) is None
    panel = started(8080, 8081, 50051)
    content = msgspec.json.encode(panel) + b"\n"
    file.write_bytes(content[:-1])
    assert read_panel(file) is None
    file.write_bytes(b'a plugin prints\n{"too": 1}\n' + content)
    assert read_panel(file) == panel


def test_the_log_shows_the_panel_for_the_background(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    note_panel(tmp_path / "log", started(8080, 8081))
    text = (tmp_path / "log").read_text()
    assert text.startswith("before\nPolymock is ready.\n")
    assert "http://127.0.0.1:8081" in text
    assert "Ctrl+C" not in text
