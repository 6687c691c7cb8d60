"""Observers out of a config: what is wrong is named, and nothing else is loaded."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polymock.commands.contracts import check_loaded
from polymock.config.loading import load
from polymock.errors import ConfigError, PluginError
from polymock.observing.building import build_observers, check_observers

HOOK = {"type": "webhook", "url": "http://127.0.0.1:9/hook"}
BROKEN = """
from polymock.interfaces import NoSettings, Plugin

class Half:
    events = frozenset({EVENTS})
    async def start(self, place): ...
    async def receive(self, events): ...
    async def stop(self): ...

plugin = Plugin(NoSettings, lambda _: Half())
"""


def names(*choices: Any) -> list[str]:
    return [built.name for built in build_observers(choices, {})]


def test_they_are_named_after_their_plugins() -> None:
    assert names("log", HOOK, "log", {**HOOK, "name": "ci"}, HOOK) == [
        "log",
        "webhook",
        "log-2",
        "ci",
        "webhook-2",
    ]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"url": "http://a"}, r"observers\[0\]\.type: this key is missing"),
        ({**HOOK, "name": "../../etc"}, r"observers\[0\]\.name: this is no name"),
        ({**HOOK, "evnts": []}, r"observers\[0\]\.evnts: unknown key.*`events`"),
        (
            {**HOOK, "events": ["request.recieved"]},
            r"observers\[0\].*events\[0\]: there is no .*`request\.received`",
        ),
        ({**HOOK, "url": "ftp://a/b"}, "url: it is no absolute http"),
        ({**HOOK, "url": "http://ada:pw@a/"}, "url: credentials do not belong into it"),
        ({**HOOK, "headers": {"Webhook-Id": "1"}}, "sets this header itself"),
        ({**HOOK, "headers": {"x-a": "1\r\nx-b: 2"}}, "no text that a header can have"),
        ({**HOOK, "secret": "whsec_%%%%%%%%"}, "secret: what stands behind whsec_ is no base64"),
        ({**HOOK, "timeout": "0s"}, "timeout: it may be 1ms to 1h"),
        ({"type": "opentelemetry", "endpoint": "collector:4317"}, "endpoint: it is no absolute"),
        ({"type": "prometheus", "prefix": "1-"}, "prefix"),
    ],
)
def test_wrong_settings_are_named(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build_observers([choice], {})
    told = f"{raised.value.message} {raised.value.hint}"
    assert re.search(message, told), told
    assert "observers[0]" in told
    assert "ada:pw" not in told


def test_two_of_one_name_are_told() -> None:
    with pytest.raises(ConfigError, match=r"observers\[1\]\.name: 'a' is another"):
        names({**HOOK, "name": "a"}, {**HOOK, "name": "a"})


def test_two_that_show_the_same_page_are_told() -> None:
    with pytest.raises(ConfigError, match="'prometheus' and 'prometheus-2' both show /metrics"):
        names("prometheus", "prometheus")


def test_one_that_is_not_installed() -> None:
    with pytest.raises(PluginError, match="no observer plugin 'webhok'") as raised:
        names("webhok")
    assert raised.value.hint == "Did you mean `webhook`?"


def test_one_that_lacks_a_part(install: Callable[..., None]) -> None:
    code = BROKEN.replace("EVENTS", "'server.started'")
    install("half-observer", "half_observer", code, "polymock.observers", "half")
    with pytest.raises(PluginError, match="'half' is broken: what it builds has no `health`"):
        names("half")


def test_one_that_wants_what_is_no_event(install: Callable[..., None]) -> None:
    code = BROKEN.replace("EVENTS", "'server.strated'").replace(
        "async def stop", "def health(self): return ''\n    async def stop"
    )
    install("odd-observer", "odd_observer", code, "polymock.observers", "odd")
    with pytest.raises(PluginError, match=r"hear of 'server\.strated', which is no event"):
        names("odd")


def test_a_check_names_wrong_settings(tmp_path: Path) -> None:
    (tmp_path / "polymock.yaml").write_text("observers: [{type: webhook, url: nowhere}]")
    with pytest.raises(ConfigError, match="url: it is no absolute http"):
        check_loaded(load([str(tmp_path)], environ={}))


def test_a_check_needs_no_variables() -> None:
    every = {"HOOK_URL": "HOOK_URL", "SECRET": "SECRET"}
    check_observers([{**HOOK, "url": {"$env": "HOOK_URL"}}], every)
    check_observers([{**HOOK, "headers": {"authorization": {"$env": "SECRET"}}}], every)
    with pytest.raises(ConfigError, match="it is no absolute http"):
        check_observers([{**HOOK, "url": "nowhere"}], every)


@pytest.mark.parametrize(
    ("choices", "absent"),
    [
        ([], ["httpcore", "prometheus_client", "structlog", "opentelemetry", "tenacity"]),
        (["log"], ["httpcore", "prometheus_client", "opentelemetry", "tenacity"]),
        ([HOOK], ["prometheus_client", "structlog", "opentelemetry"]),
    ],
)
def test_only_what_the_config_names_is_imported(choices: list[Any], absent: list[str]) -> None:
    code = (
        "import sys\n"
        "import polymock.observing.observers\n"
        "from polymock.observing.building import build_observers\n"
        f"build_observers({choices!r}, {{}})\n"
        f"print([name for name in {absent!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
