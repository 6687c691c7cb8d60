"""Who has commands carried out for others: the admin API and MCP ask a dispatcher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from polymock.commands.catalog import Catalog
from polymock.commands.command import Role
from polymock.commands.context import Progress, silent


class Caller(msgspec.Struct, frozen=True):
    """Who asks: the name of a token (`local` where none is needed), and the role that it has."""

    name: str
    role: Role


class Dispatcher(Protocol):
    """Has commands carried out where they belong: here, in a worker, or in another server."""

    @property
    def catalog(self) -> Catalog:
        """The commands that there are."""
        ...

    async def carry_out(
        self, name: str, params: Mapping[str, Any], caller: Caller, progress: Progress = silent
    ) -> bytes:
        """The result of a command, as JSON. `progress` may be called from another thread.

        Raises CommandError: with the kind `forbidden` where the caller may not, `unknown` where
        there is no such command, `wrong` (and violations) where the parameters are.
        """
        ...
