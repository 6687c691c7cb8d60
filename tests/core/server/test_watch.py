"""Files are noticed to have changed, however they were changed."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from polymock.server import watch
from polymock.server.watch import changes, look


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(watch, "SETTLE_SECONDS", 0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "api.yaml"
    path.parent.mkdir()
    path.write_text("one")
    return path


async def noticed(path: Path, change: Callable[[Path], None]) -> bool:
    """Whether the change is noticed within a second."""
    stopping = asyncio.Event()
    watching = changes(lambda: [str(path)], stopping)
    first = asyncio.ensure_future(anext(watching, True))
    await asyncio.sleep(0.02)
    change(path)
    done, _ = await asyncio.wait([first], timeout=1)
    stopping.set()
    await first
    return bool(done)


def write(path: Path) -> None:
    path.write_text("other")


def rename_over(path: Path) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text("two")
    draft.replace(path)


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def lead_elsewhere(path: Path) -> None:
    other = path.with_name("other.yaml")
    other.write_text("two")
    path.unlink()
    path.symlink_to(other)


@pytest.mark.parametrize("change", [write, rename_over, Path.unlink, remove_folder, lead_elsewhere])
def test_a_change_is_noticed(file: Path, change: Callable[[Path], None]) -> None:
    assert asyncio.run(noticed(file, change))


def test_a_file_that_is_made_is_noticed(tmp_path: Path) -> None:
    assert asyncio.run(noticed(tmp_path / "new.yaml", write))


def test_nothing_is_noticed_where_nothing_changed(file: Path) -> None:
    assert not asyncio.run(noticed(file, lambda path: None))


def test_a_change_since_files_were_known_is_noticed(file: Path) -> None:
    known = look([str(file)])
    file.write_text("other")

    async def story() -> None:
        async with asyncio.timeout(1):
            await anext(changes(lambda: [str(file)], asyncio.Event(), known))

    asyncio.run(story())


def test_files_like_those_watched_count_in_a_folder(file: Path) -> None:
    watched = [str(file.parent), str(file.parent / "shop.proto")]
    before = look(watched)
    (file.parent / "other.proto").write_text("")
    assert look(watched) != before


def test_of_a_folder_only_its_documents_count(file: Path) -> None:
    before = look([str(file.parent)])
    (file.parent / "journal.duckdb").write_text("")
    assert look([str(file.parent)]) == before
    (file.parent / "more.yaml").write_text("")
    assert look([str(file.parent)]) != before


@pytest.mark.parametrize("name", ["new.graphql", "new.gql", "new.sdl", "new.proto", "new.json"])
def test_documents_of_every_protocol_count_in_a_folder(file: Path, name: str) -> None:
    before = look([str(file.parent)])
    (file.parent / name).write_text("")
    assert look([str(file.parent)]) != before


def test_a_file_that_changes_before_it_is_first_looked_at_is_noticed(file: Path) -> None:
    part = file.with_name("part.yaml")
    paths = [str(file)]

    async def story() -> None:
        watching = changes(lambda: paths, asyncio.Event())
        async with asyncio.timeout(2):
            first = asyncio.ensure_future(anext(watching))
            await asyncio.sleep(0.02)
            write(file)
            await first
            write(part)
            paths.append(str(part))
            await anext(watching)

    asyncio.run(story())
