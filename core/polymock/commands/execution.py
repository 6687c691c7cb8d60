"""Carrying a command out: parameters decoded, `run` imported and called, the result encoded."""

from __future__ import annotations

import logging
import pkgutil
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from polymock.commands.command import Command
from polymock.commands.context import Context
from polymock.commands.explaining import explained
from polymock.config.settings import suggestion
from polymock.errors import (
    Aborted,
    AlreadyExists,
    CommandError,
    MockError,
    NotFound,
    PluginError,
    PreconditionFailed,
    ServerError,
    StoreError,
    Unavailable,
    UserError,
)
from polymock_schemas.calls import Violation
from polymock_schemas.commands import Refusal, RefusalKind

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of an answer that goes from one process to another."""

log = logging.getLogger("polymock.commands")


def carry_out(command: Command, params: Mapping[str, Any], context: Context) -> Any:
    """Run a command; its result. Numbers and truths in `params` may be text.

    Raises UserError or MockError: CommandError with violations where the parameters are wrong.
    """
    return run(command, read_params(command, params), context)


def run(command: Command, params: msgspec.Struct, context: Context) -> Any:
    """Run a command with parameters that have been decoded. Raises as `carry_out` does."""
    try:
        function = pkgutil.resolve_name(command.run)
    except (ImportError, AttributeError, ValueError) as error:
        raise PluginError(
            f"The command {command.name} cannot be loaded from {command.run}: {error}",
            "Update or uninstall its plugin.",
        ) from error
    return function(context, params)


def read_params(command: Command, params: Mapping[str, Any]) -> msgspec.Struct:
    """The parameters as a command takes them. Raises CommandError with violations."""
    refuse_unknown(command, params)
    try:
        return msgspec.convert(params, command.params, strict=False)
    except msgspec.ValidationError as error:
        name, message = _place(str(error))
        raise _wrong(command, name, explained(command.params, name, message), "") from error


def refuse_unknown(command: Command, params: Mapping[str, Any], beside: Sequence[str] = ()) -> None:
    """Refuse parameters that are neither the command's nor those `beside`. Raises CommandError."""
    known = [field.encode_name for field in msgspec.structs.fields(command.params)]
    known += beside
    unknown = [name for name in params if name not in known]
    if unknown:
        name = str(unknown[0])
        hint = suggestion(name, known) or f"It takes: {', '.join(known) or 'nothing'}."
        raise _wrong(command, name[:100], "there is no such parameter", hint)


def encode(result: Any) -> bytes:
    """A result as JSON."""
    return msgspec.json.encode(result, enc_hook=str)


def answer(
    command: Command, params: Mapping[str, Any], context: Context, limit: int = MAX_ANSWER
) -> bytes | Refusal:
    """The result of a command as JSON, or why there is none. Never raises."""
    try:
        told = encode(carry_out(command, params, context))
    except (UserError, MockError) as error:
        return refusal(error)
    except Exception:  # a plugin's code: a command's, a store's, a contract's
        return failed(command)
    if len(told) > limit:
        return Refusal("wrong", f"The answer has more than {limit} bytes.", "Ask for fewer.")
    return told


def failed(command: Command) -> Refusal:
    """The refusal of a command that fails for a fault of its own; the log has what is handled."""
    log.exception("the command %s failed", command.name)
    return Refusal("failed", f"The command {command.name} failed.", "The log says why.")


def refusal(error: UserError | MockError) -> Refusal:
    """The refusal that an error stands for."""
    if isinstance(error, MockError):
        return Refusal(_KINDS.get(type(error), "wrong"), error.detail, "", error.violations)
    if isinstance(error, CommandError):
        return Refusal(error.kind, error.message, error.hint, error.violations)
    kind: RefusalKind = "wrong"
    if isinstance(error, StoreError):
        kind = "unavailable"
    elif isinstance(error, ServerError):
        kind = "conflict"
    elif isinstance(error, PluginError):
        kind = "failed"
    return Refusal(kind, error.message, error.hint)


_KINDS: dict[type[MockError], RefusalKind] = {
    NotFound: "unknown",
    AlreadyExists: "taken",
    Aborted: "conflict",
    PreconditionFailed: "conflict",
    Unavailable: "unavailable",
}


def _wrong(command: Command, name: str, message: str, hint: str) -> CommandError:
    """What is wrong with a parameter, what was expected, and an example."""
    if not hint and command.example:
        hint = f"For example: {msgspec.json.encode(command.example).decode()}"
    told = f"{name}: {message}" if name else message
    return CommandError(told, hint, "wrong", [Violation(name, message)])


def _place(reason: str) -> tuple[str, str]:
    """The parameter that msgspec finds fault with, and what it says."""
    found = re.search(r" - at `\$\.?(.*)`$", reason)
    message = reason[: found.start()] if found else reason
    name = found[1] if found else ""
    named = re.search(r"field `(\w+)`", message)
    return name or (named[1] if named else ""), message
