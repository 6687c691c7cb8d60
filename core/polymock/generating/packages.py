"""requirements.txt of a project: Polymock and the plugins that its config names, as installed."""

from __future__ import annotations

from importlib.metadata import version

from polymock import plugins
from polymock.contracts import GROUP as PROTOCOLS
from polymock.storage import GROUP as STORES
from polymock.strategies import GROUP as STRATEGIES
from polymock_schemas.config import Config, PluginChoice

PYTEST = "pytest>=8"


def requirements(config: Config) -> str:
    """One line a distribution, with the version that made the project."""
    wanted = {(PROTOCOLS, str(mock.protocol)) for mock in config.mocks}
    wanted |= {(STRATEGIES, _name(choice)) for choice in config.auth.values()}
    wanted.add((STORES, _name(config.world.store)))
    found = {"polymock": version("polymock")}
    for group, name in sorted(wanted):
        for entry in plugins.entries(group):
            if entry.name == name and entry.dist is not None:
                found.setdefault(entry.dist.name, entry.dist.version)
    return "".join(f"{package}=={number}\n" for package, number in sorted(found.items()))


def requirements_of_tests() -> str:
    """What the tests need beside."""
    return f"-r requirements.txt\n{PYTEST}\n"


def _name(choice: PluginChoice) -> str:
    return choice if isinstance(choice, str) else str(choice["type"])
