"""Litestar with no more than is used of it here."""

from __future__ import annotations

from litestar import Litestar
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class Application(Litestar):
    """A Litestar application whose structs are msgspec's alone.

    Litestar imports its support of pydantic and attrs wherever those are installed, which is a
    tenth of a second of each process's start.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]
