from __future__ import annotations

from collections.abc import Callable

from polymock.commands.context import Context
from polymock.commands.plugins import list_plugins
from polymock_schemas.commands import Nothing, PluginInfo


def test_our_own_plugins_are_listed_with_package_and_state() -> None:
    found = {info.name: info for info in list_plugins(Context(), Nothing())}
    assert found["api-key"].kind == "auth"
    assert found["api-key"].package == "polymock"
    assert found["api-key"].state == "loaded"
    assert found["openapi"].kind == "protocol"


def test_what_fails_says_why_and_harms_no_other(install: Callable[..., None]) -> None:
    install("bad-store", "bad_store", "1/0", "polymock.storage", "bad")
    bad = PluginInfo(
        name="bad",
        kind="storage",
        package="bad-store",
        version="1.2",
        state="failed",
        why="The storage plugin 'bad' of bad-store 1.2 cannot be loaded from bad_store:plugin: "
        "ZeroDivisionError: division by zero",
    )
    found = list_plugins(Context(), Nothing())
    assert bad in found
    assert any(info.state == "loaded" for info in found)
