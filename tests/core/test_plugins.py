from __future__ import annotations

from collections.abc import Callable

import pytest

from polymock import plugins
from polymock.errors import ConfigError, PluginError

Install = Callable[..., None]
GROUP = "polymock.storage"
GOOD = """
import msgspec
from polymock.interfaces import Plugin

class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    path: str
    size: int = 1

plugin = Plugin(config=Settings, build=lambda config: ("built", config.path, config.size))
"""


def test_a_good_plugin_is_listed_and_built(install: Install) -> None:
    install("good-store", "good_store", GOOD, GROUP, "good")
    assert plugins.names(GROUP) == ("good", "memory", "sqlite")
    assert plugins.build(GROUP, "good", {"path": "x"}) == ("built", "x", 1)


def test_settings_come_from_the_environment_in_their_own_type(install: Install) -> None:
    install("good-store", "good_store", GOOD, GROUP, "good")
    settings = {"path": "x", "size": {"$env": "SIZE"}}
    assert plugins.build(GROUP, "good", settings, {"SIZE": "7"}) == ("built", "x", 7)


def test_wrong_settings_are_all_named_without_their_values(install: Install) -> None:
    install("good-store", "good_store", GOOD, GROUP, "good")
    with pytest.raises(ConfigError) as raised:
        plugins.build(GROUP, "good", {"pth": "secret", "size": "secret"}, where="world.store")
    message = str(raised.value)
    assert "world.store.pth: unknown key (Did you mean `path`?)" in message
    assert "world.store.path: this key is missing" in message
    assert "world.store.size: expected `int`, got `str`" in message
    assert "secret" not in message


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(PluginError) as raised:
        plugins.load("polymock.auth", "api-kye")
    assert raised.value.hint == "Did you mean `api-key`?"


def test_an_unknown_name_lists_what_is_installed() -> None:
    with pytest.raises(PluginError) as raised:
        plugins.load("polymock.auth", "zzz")
    assert "api-key" in raised.value.hint


def test_a_name_declared_twice_names_both_packages(install: Install) -> None:
    install("one-store", "one_store", GOOD, GROUP, "same")
    install("two-store", "two_store", GOOD, GROUP, "same")
    with pytest.raises(PluginError, match=r"one-store 1\.2") as raised:
        plugins.load(GROUP, "same")
    assert "two-store 1.2" in raised.value.message


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import there_is_no_such_module", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("1/0", "ZeroDivisionError"),
        ("nothing = 1", "AttributeError"),
        ("plugin = 1", "is of type int, not polymock.interfaces.Plugin"),
        (GOOD.replace("config=Settings", "config=dict"), "not a msgspec Struct class"),
        (GOOD.replace("build=lambda", "build=1) or (lambda"), "cannot be called"),
        (GOOD.replace("lambda config:", "lambda: "), "does not take the config"),
        (GOOD.replace("lambda config:", "lambda config, journal:"), "parameter `journal`"),
        (GOOD.replace("lambda config:", "lambda config, *, world:"), "parameter `world`"),
    ],
)
def test_a_broken_plugin_is_named_with_package_and_reason(
    install: Install, code: str, reason: str
) -> None:
    install("bad-store", "bad_store", code, GROUP, "bad")
    with pytest.raises(PluginError) as raised:
        plugins.load(GROUP, "bad")
    assert "'bad' of bad-store 1.2" in raised.value.message
    assert reason in raised.value.message


def test_a_plugin_that_fails_to_build_is_named(install: Install) -> None:
    code = GOOD.replace('("built", config.path, config.size)', "1 / 0")
    install("bad-store", "bad_store", code, GROUP, "bad")
    with pytest.raises(PluginError, match=r"'bad' cannot be built: ZeroDivisionError"):
        plugins.build(GROUP, "bad", {"path": "x"})


def test_loading_one_leaves_a_broken_neighbour_alone(install: Install) -> None:
    install("good-store", "good_store", GOOD, GROUP, "good")
    install("bad-store", "bad_store", "1/0", GROUP, "bad")
    assert plugins.load(GROUP, "good").config.__name__ == "Settings"
