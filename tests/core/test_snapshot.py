from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from core.ticker import TickerContract, mocks_of
from polymock.engine import Engine
from polymock.errors import MethodNotAllowed
from polymock.interfaces import Contract, Match
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.calls import Call


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


SHARING = Snapshot(
    [*mocks_of(TickerContract("a"), TickerContract("b"), prefix="/t"), mock(2, ""), mock(3, "/x")]
)


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("GET", "/a/1", b"", "m0"),
        ("GET", "/b/1", b"", "m1"),
        ("GET", "/both/1", b"", "m0"),
        ("GET", "/b/1", b"other", "m0"),
        ("GET", "/nowhere", b"", "m0"),
        ("POST", "/post/1", b"", "m0"),
        ("GET", "/post/1", b"", "m0"),
    ],
)
def test_of_those_that_share_a_prefix_the_first_that_has_an_operation_answers(
    method: str, path: str, body: bytes, name: str
) -> None:
    first = SHARING.find("/t" + path)
    assert first is not None
    assert SHARING.choose(first, Call(method, path, b"", (), {}, body)).name == name


def test_other_methods_count_where_nobody_has_this_one() -> None:
    class PostOnly(TickerContract):
        def match(self, call: Call) -> Match:
            raise MethodNotAllowed("Only by POST.", ["POST"])

    call = Call("GET", "/b/1", b"", (), {})
    for contracts, name in [
        ((PostOnly(), TickerContract("b")), "m1"),
        ((TickerContract("a"), PostOnly()), "m1"),
        ((PostOnly(), PostOnly()), "m0"),
    ]:
        snapshot = Snapshot(mocks_of(*contracts))
        assert snapshot.choose(snapshot.mocks[0], call).name == name


def test_a_contract_that_fails_to_match_meets_the_engine() -> None:
    class Broken(TickerContract):
        def match(self, call: Call) -> Match:
            raise ZeroDivisionError

    snapshot = Snapshot(mocks_of(Broken(), TickerContract()))
    assert snapshot.choose(snapshot.mocks[1], Call("GET", "/count/1", b"", (), {})).name == "m0"


def test_a_mock_alone_at_its_prefix_is_asked_nothing() -> None:
    alone = SHARING.mocks[3]
    assert SHARING.choose(alone, Call("GET", "/", b"", (), {})) is alone
    assert list(SHARING.shared) == ["/t"]
