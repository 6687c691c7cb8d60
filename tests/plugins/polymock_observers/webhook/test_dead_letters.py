from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from polymock_observers.webhook import dead_letters as module
from polymock_observers.webhook.dead_letters import FILE, DeadLetters, Letter


def letter(number: int, size: int = 2) -> Letter:
    return Letter(f"rq_{number}", number, "request.received", 1, 5, "HTTP 500", "x" * size)


Open = Callable[..., DeadLetters]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens those in a folder; they are closed with the test."""
    all_of_them: list[DeadLetters] = []

    def open_(folder: Path, most: int = 10) -> DeadLetters:
        letters = DeadLetters(folder, most)
        letters.load()
        all_of_them.append(letters)
        return letters

    yield open_
    for letters in all_of_them:
        letters.close()


def test_they_survive(opened: Open, tmp_path: Path) -> None:
    letters = opened(tmp_path / "a" / "b")
    for number in range(3):
        letters.add(letter(number))
    again = opened(tmp_path / "a" / "b")
    assert len(again) == 3
    assert again.all() == [letter(number) for number in range(3)]
    assert again.newest(2) == [letter(2), letter(1)]
    again.remove(letter(1))
    assert opened(tmp_path / "a" / "b").all() == [letter(0), letter(2)]


def test_only_this_user_can_read_them(opened: Open, tmp_path: Path) -> None:
    opened(tmp_path).add(letter(1))
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_first_to_come_go_where_there_are_too_many(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = opened(tmp_path, 3)
    for number in range(10):
        letters.add(letter(number))
    assert [each.id for each in letters.all()] == ["rq_7", "rq_8", "rq_9"]
    assert letters.discarded == 7
    monkeypatch.setattr(module, "MAX_BYTES", 3000)
    for number in range(10, 13):
        letters.add(letter(number, 1000))
    assert [each.id for each in letters.all()] == ["rq_11", "rq_12"]
    assert len(opened(tmp_path, 1)) == 1


def test_the_file_does_not_grow_for_ever(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WASTE_BYTES", 2000)
    letters = opened(tmp_path, 5)
    for number in range(500):
        letters.add(letter(number, 100))
    assert (tmp_path / FILE).stat().st_size < 5000
    assert [each.ts for each in letters.all()] == [495, 496, 497, 498, 499]
    assert opened(tmp_path, 5).all() == letters.all()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_none_can_be_wanted(opened: Open, tmp_path: Path) -> None:
    letters = opened(tmp_path / "none", 0)
    letters.add(letter(1))
    assert (len(letters), letters.discarded) == (0, 1)
    assert not (tmp_path / "none").exists()


def test_the_same_one_is_kept_once(opened: Open, tmp_path: Path) -> None:
    letters = opened(tmp_path)
    letters.add(letter(1))
    letters.add(letter(1))
    assert (len(letters), letters.all()) == (1, [letter(1)])
    assert opened(tmp_path).all() == [letter(1)]


@pytest.mark.parametrize("torn", [b"{", b'{"kind":"letter","id":"rq_9"', b"\xff\n", b"[]\n"])
def test_what_cannot_be_read_is_passed_over(opened: Open, tmp_path: Path, torn: bytes) -> None:
    letters = opened(tmp_path)
    letters.add(letter(1))
    letters.close()
    with (tmp_path / FILE).open("ab") as file:
        file.write(torn)
    again = opened(tmp_path)
    assert again.all() == [letter(1)]
    again.add(letter(2))
    assert opened(tmp_path).all() == again.all() == [letter(1), letter(2)]


def test_where_they_cannot_be_written_they_stay_in_memory(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    letters = opened(tmp_path / "file" / "below", 2)
    for number in range(3):
        letters.add(letter(number))
    assert "kept in memory only" in letters.problem
    assert letters.all() == [letter(1), letter(2)]
    assert letters.newest(1) == [letter(2)]
    letters.remove(letter(1))
    assert len(letters) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk(opened: Open, tmp_path: Path) -> None:
    letters = opened(tmp_path)
    (tmp_path / FILE).symlink_to("/dev/full")
    letters.add(letter(1))
    assert "kept in memory only" in letters.problem
    assert letters.all() == [letter(1)]
