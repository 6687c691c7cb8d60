"""The command that all others are below, and what they have in common."""

from __future__ import annotations

from math import inf
from typing import Any

import rich_click as click

from polymock.config.units import parse_duration
from polymock.errors import ConfigError, UserError

PRIVATE_HELP = "Let URLs of specs named here, and their callbacks, be of this machine or network."


class Duration(click.ParamType[float]):
    """A time such as `500ms` or `30s`, in seconds, from `least` to `most`; a `signed` one may be
    negative, and of any length."""

    name = "time"

    def __init__(self, most: float = inf, *, least: float = 0.0, signed: bool = False) -> None:
        self._least = least
        self._most = most
        self._signed = signed

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds."""
        text = str(value)
        sign = -1 if self._signed and text.startswith("-") else 1
        try:
            seconds = parse_duration(text[1:] if self._signed and text[:1] in "+-" else text)
        except ConfigError as error:
            self.fail(f"{error} {error.hint}", param, ctx)
        if not self._signed and not self._least <= seconds <= self._most:
            most = "" if self._most == inf else f" to {self._most:g}s"
            self.fail(f"{value} is not within {self._least:g}s{most}.", param, ctx)
        return sign * seconds


class Group(click.RichGroup):
    """Ends with code 1 and a plain message where what the user brought is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            from polymock.server.panel import print_error

            print_error(error)
            ctx.exit(1)
