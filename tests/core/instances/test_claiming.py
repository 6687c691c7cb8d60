from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.instances.doubles import Spawn, keep, record_of
from polymock.config.loading import load
from polymock.errors import ServerError
from polymock.instances.claiming import (
    KEPT_SECONDS,
    check_name,
    choose,
    claim,
    default_name,
    forget_old,
    take_over,
)
from polymock.instances.processes import this_process
from polymock.instances.record import Record
from polymock.instances.registry import Registry


def make(name: str) -> Record:
    return replace(record_of(name, run="new"), starter=this_process())


def test_a_free_name_is_taken(registry: Registry) -> None:
    claimed = claim(registry, "shop", "stem", make)
    assert (claimed.record.name, claimed.previous) == ("shop", None)
    assert registry.records() == [claimed.record]


def test_a_name_in_use_is_refused(registry: Registry, spawn: Spawn) -> None:
    process = spawn()
    keep(registry, record_of("shop", process))
    with pytest.raises(ServerError, match=rf"'shop' runs already \(pid {process.pid}\)") as caught:
        claim(registry, "shop", "stem", make)
    assert "polymock stop shop" in caught.value.hint
    with pytest.raises(ServerError, match="runs already"):
        claim(registry, "SHOP", "stem", make)  # the same file, to some systems
    claim(registry, "pets", "stem", make)
    with pytest.raises(ServerError, match="being started"):
        claim(registry, "pets", "stem", make)


def test_a_default_name_is_numbered_where_it_is_in_use(registry: Registry, spawn: Spawn) -> None:
    keep(registry, record_of("shop", spawn()))
    assert claim(registry, None, "shop", make).record.name == "shop-2"
    assert claim(registry, None, "shop", make).record.name == "shop-3"


def test_the_name_of_one_that_ended_is_free(registry: Registry, spawn: Spawn) -> None:
    process = spawn("pass")
    old = keep(registry, record_of("Shop", process))
    process.wait()
    claimed = claim(registry, None, "Shop", make)
    assert (claimed.record.name, claimed.previous) == ("Shop", old)
    registry.put_back(claimed.record, claimed.previous)
    claimed = claim(registry, "shop", "stem", make)
    assert claimed.previous == old
    assert [record.name for record in registry.records()] == ["shop"]


def test_a_claim_ends_with_who_made_it(registry: Registry) -> None:
    dead = replace(this_process(), created=1.0)
    keep(registry, replace(record_of("shop"), starter=dead))
    assert claim(registry, "shop", "stem", make).record.run == "new"


def test_one_that_is_known_can_be_taken_over_once(registry: Registry, spawn: Spawn) -> None:
    old = keep(registry, record_of("shop", spawn()))
    assert take_over(registry, "shop", this_process()) == old
    with pytest.raises(ServerError, match="being started"):
        take_over(registry, "shop", this_process())
    with pytest.raises(ServerError, match="no instance 'shpo'") as caught:
        take_over(registry, "shpo", this_process())
    assert "shop" in caught.value.hint


def test_a_name_that_is_unknown_is_told() -> None:
    with pytest.raises(ServerError, match="There is no instance") as caught:
        choose([], "shop")
    assert "ps --all" in caught.value.hint


@pytest.mark.parametrize("name", ["shop", "7", "a.b_c-d", "A" * 64])
def test_names_that_can_be(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "-a", "a/b", "a b", "ä", "A" * 65, "a\n"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ServerError, match="cannot be an instance's name"):
        check_name(name)


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("specs/petstore.v1.yaml", "petstore.v1"),
        ("https://example.com/apis/Shop%20API.json?x=1", "Shop-20API"),
        ("my shop!", "my-shop"),
        ("...", "mock"),
    ],
)
def test_names_by_default(argument: str, name: str, tmp_path: Path) -> None:
    spec = tmp_path / "specs" / "petstore.v1.yaml"
    spec.parent.mkdir()
    spec.write_text("openapi: 3.1.0\n")
    for folder in ("my shop!", "..."):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "polymock.yaml").write_text("mocks: [{spec: ../specs/a.yaml}]\n")
    assert default_name(load([argument], directory=tmp_path)) == name


def test_those_that_ended_long_ago_are_forgotten(registry: Registry, spawn: Spawn) -> None:
    process = spawn("pass")
    old = keep(registry, record_of("old", process, run="a"))
    new = keep(registry, record_of("new", process, run="b"))
    keep(registry, record_of("lost", process, run="c"))
    running = keep(registry, record_of("running", spawn(), run="d"))
    process.wait()
    long_ago = time.time() - KEPT_SECONDS - 60
    for record in (old, running):
        os.utime(registry.log_of(record), (long_ago, long_ago))
    registry.log_of(registry.records()[0]).unlink()
    forget_old(registry)
    assert registry.records() == [new, running]
    assert not registry.log_of(old).exists()


def test_what_a_killed_command_left_is_removed_in_time(
    registry: Registry, tmp_path: Path, spawn: Spawn
) -> None:
    kept = keep(registry, record_of("shop", spawn()))
    folder = tmp_path / "state" / "instances"
    names = ("shop.gone.log", "shop.gone.panel", ".shop.1.draft", "shop.json.broken", "new.run.log")
    long_ago = time.time() - KEPT_SECONDS - 60
    for name in names:
        (folder / name).write_text("")
        if not name.startswith("new"):
            os.utime(folder / name, (long_ago, long_ago))
    os.utime(registry.log_of(kept), (long_ago, long_ago))
    forget_old(registry)
    assert sorted(file.name for file in folder.iterdir()) == [
        ".lock",
        "new.run.log",
        "shop.json",
        "shop.json.broken",
        "shop.run.log",
    ]
