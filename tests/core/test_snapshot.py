from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from polymock.engine import Engine
from polymock.interfaces import Contract
from polymock.snapshot import Mock, Snapshot


def mock(index: int, prefix: str, *files: str) -> Mock:
    contract = cast("Contract", SimpleNamespace(files=files, secrets=()))
    return Mock(index=index, name=f"m{index}", prefix=prefix, engine=Engine(contract))


SNAPSHOT = Snapshot([mock(0, "/shop"), mock(1, "/shop/v2"), mock(2, "/a")], ["a note"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/shop", "m0"),
        ("/shop/", "m0"),
        ("/shop/items/1", "m0"),
        ("/shop/v1", "m0"),
        ("/shop/v2", "m1"),
        ("/shop/v2/items", "m1"),
        ("/shop/v22", "m0"),
        ("/a/shop/v2", "m2"),
        ("/shopping", None),
        ("/ab", None),
        ("/", None),
        ("", None),
        ("/SHOP", None),
        ("//shop", None),
    ],
)
def test_a_path_belongs_to_the_mock_with_the_longest_prefix(path: str, name: str | None) -> None:
    found = SNAPSHOT.find(path)
    assert (found.name if found else None) == name


def test_a_mock_at_the_root_takes_what_no_other_takes() -> None:
    snapshot = Snapshot([mock(0, ""), mock(1, "/a")])
    names = [getattr(snapshot.find(path), "name", None) for path in ("/", "/ab", "/a", "/a/b", "")]
    assert names == ["m0", "m0", "m1", "m1", "m0"]


def test_mocks_stay_in_the_configs_order() -> None:
    assert [m.name for m in SNAPSHOT.mocks] == ["m0", "m1", "m2"]
    assert SNAPSHOT.notes == ("a note",)


def test_the_files_of_all_mocks_each_once() -> None:
    snapshot = Snapshot([mock(0, "/a", "a.yaml", "shared.yaml"), mock(1, "/b", "shared.yaml")])
    assert snapshot.files == ("a.yaml", "shared.yaml")
