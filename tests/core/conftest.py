from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Install = Callable[..., None]

TOY_PROTOCOL = """
from types import SimpleNamespace

from polymock.errors import SpecError
from polymock.interfaces import NoSettings, Plugin
from polymock_schemas.commands import Fault


class Reader:
    prefix = "/toy"
    shares_prefix = False

    def recognises(self, name, head):
        return head.startswith(b"toy")

    def compile(self, spec):
        with open(spec.location) as file:
            words = file.read().split()
        if "crash" in words:
            raise ZeroDivisionError("boom")
        if "wrong" in words:
            raise SpecError("it is wrong", [Fault("error", spec.location, "/a", "it is wrong")])
        level = {"warn": "warning", "fail": "error"}
        faults = [Fault(level[w], spec.location, "/b", w) for w in words if w in level]
        return SimpleNamespace(
            protocol="toy", operations=words, faults=faults, files=(), problems=lambda: faults
        )


plugin = Plugin(config=NoSettings, build=lambda config: Reader())
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a throw-away distribution: its name, one module's code, entry points by group."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    modules: list[str] = []

    def write(package: str, module: str, code: str, group: str, *names: str) -> None:
        (site / f"{module}.py").write_text(code)
        info = site / f"{package.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        lines = [f"[{group}]", *(f"{name} = {module}:plugin" for name in names)]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        modules.append(module)
        importlib.invalidate_caches()

    yield write
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def toy(install: Install) -> None:
    """Install a protocol whose documents begin with the word `toy`."""
    install("polymock-toy", "polymock_toy", TOY_PROTOCOL, "polymock.protocols", "toy")
