"""The commands on the living mocks, by name, and how one is carried out."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from polymock.commands import entities, sessions, world
from polymock.commands.command import Command, refusal
from polymock.errors import Invalid, MockError, UserError, WorldError
from polymock.snapshot import Snapshot
from polymock_schemas.calls import Violation
from polymock_schemas.commands import Refusal

COMMANDS: Mapping[str, Command[Any]] = {
    command.name: command for command in (*world.COMMANDS, *entities.COMMANDS, *sessions.COMMANDS)
}

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer that goes from one process to another."""

log = logging.getLogger("polymock.commands")


def carry_out(snapshot: Snapshot, name: str, params: Mapping[str, Any]) -> Any:
    """Run a command on what is served; its result.

    Numbers and truths in `params` may be text. Raises UserError or MockError.
    """
    command = COMMANDS.get(name)
    if command is None:
        known = ", ".join(COMMANDS)
        raise WorldError(f"There is no command {name[:100]!r}.", f"There are: {known}.", "unknown")
    try:
        given = msgspec.convert(params, command.params, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    return command.run(snapshot, given)


def answer(snapshot: Snapshot | None, name: str, params: Mapping[str, Any]) -> bytes | Refusal:
    """The result of a command as JSON, or why there is none. Never raises."""
    if snapshot is None:
        return Refusal("unavailable", "Nothing is served yet.", "Try again.")
    try:
        told = msgspec.json.encode(carry_out(snapshot, name, params))
    except (UserError, MockError) as error:
        return refusal(error)
    except Exception:  # a store's or a contract's: plugins' code
        log.exception("the command %s failed", name)
        return Refusal("failed", f"The command {name} failed.", "The server's log says why.")
    if len(told) > MAX_ANSWER:
        return Refusal(
            "wrong", f"The answer has more than {MAX_ANSWER} bytes.", "Ask for fewer (limit)."
        )
    return told


def _invalid(reason: str) -> Invalid:
    """What is wrong with parameters, in terms of their names."""
    found = re.search(r" - at `\$\.?(.*)`$", reason)
    message = reason[: found.start()] if found else reason
    name = found[1] if found else ""
    named = re.search(r"field `(\w+)`", message)
    if not name and named:
        name = named[1]
    return Invalid(f"{name}: {message}" if name else message, [Violation(name, message)])
