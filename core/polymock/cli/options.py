"""A command's parameters as options and arguments of the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any

import msgspec
import rich_click as click
from msgspec import inspect

from polymock.cli.group import Duration
from polymock.commands.command import Command
from polymock.config.units import format_duration
from polymock.errors import CommandError


class Instant(click.ParamType[str]):
    """A date, or a date and a time (RFC 3339); UTC where it does not say."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As RFC 3339 has it."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2026-01-31T12:00:00Z.", param, ctx)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).isoformat()


class JsonValue(click.ParamType[Any]):
    """A JSON value; `-` reads it from standard input."""

    name = "json"

    def __init__(self, *, is_object: bool) -> None:
        self._is_object = is_object

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value."""
        text = sys.stdin.read() if value == "-" else str(value)
        try:
            told = msgspec.json.decode(text)
        except (ValueError, RecursionError) as error:
            self.fail(f"The JSON cannot be read: {error}.", param, ctx)
        if self._is_object and not isinstance(told, dict):
            self.fail("It must be a JSON object.", param, ctx)
        return told


def parameters(command: Command) -> list[click.Parameter]:
    """The arguments, in their order, and the options of a command."""
    terminal = command.terminal
    fields = {
        field.name: (path, field)
        for path, field in _flat(command.params)
        if field.name not in terminal.hidden
    }
    made: list[click.Parameter] = []
    for name in terminal.arguments:
        is_last = name == terminal.arguments[-1]
        made.append(_argument(fields.pop(name)[1], is_last=is_last))
    made += [_option(field, terminal.short.get(name, "")) for name, (_, field) in fields.items()]
    return made


def given(command: Command, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given on the command line, each where the command has it."""
    told: dict[str, Any] = {}
    for path, field in _flat(command.params):
        value = values.get(field.name)
        if value is None or value == ():
            continue
        place = told
        for name in path:
            place = place.setdefault(name, {})
        place[field.encode_name] = list(value) if isinstance(value, tuple) else value
    return told


def refused(command: Command, error: CommandError) -> str:
    """Why parameters are refused, in the words of the command line.

    The parameters are named as they are there (`--all`, `NAMES`), and nothing is said in JSON: the
    example that a hint shows is one of the API.
    """
    terminal = command.terminal
    words = {
        field.name: field.name.upper().replace("_", "-")
        if field.name in terminal.arguments
        else f"--{field.name.replace('_', '-')}"
        for _, field in _flat(command.params)
        if field.name not in terminal.hidden
    }

    def spelt(found: re.Match[str]) -> str:
        return words.get(found[1], found[0])

    told = re.sub(r"`(\w+)`", spelt, error.message)
    told = re.sub(r"\A(\w+)(?=: )", spelt, told)
    hint = "" if error.hint.startswith("For example: ") else error.hint
    return "\n".join(filter(None, (told, hint)))


def _flat(struct: type, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The fields of a struct and of the structs in it, with the names that lead there."""
    told = inspect.type_info(struct)
    assert isinstance(told, inspect.StructType)
    for field in told.fields:
        inner = _bare(field.type)[0]
        if isinstance(inner, inspect.StructType):
            yield from _flat(inner.cls, (*path, field.encode_name))
        else:
            yield path, field


def _bare(type_: inspect.Type) -> tuple[inspect.Type, str, Mapping[str, Any]]:
    """A type without None and metadata; its description, and what else is said of it."""
    words: str = ""
    extra: dict[str, Any] = {}
    while True:
        if isinstance(type_, inspect.Metadata):
            words = words or (type_.extra_json_schema or {}).get("description", "")
            extra = {**(type_.extra or {}), **extra}
            type_ = type_.type
        elif isinstance(type_, inspect.UnionType):
            left = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
            if len(left) != 1:
                return type_, words, extra
            type_ = left[0]
        else:
            return type_, words, extra


def _argument(field: inspect.Field, *, is_last: bool) -> click.Argument:
    type_, _, extra = _bare(field.type)
    item = _item(type_)
    kind = _kind(item if item is not None else type_, extra)
    many = item is not None and is_last
    metavar = field.name.upper().replace("_", "-")
    if isinstance(kind, JsonValue):
        metavar = "JSON | -"
    return click.Argument(
        [field.name],
        type=kind,
        nargs=-1 if many else 1,
        required=field.required,
        metavar=(f"[{metavar}]..." if many else metavar if field.required else f"[{metavar}]"),
    )


def _option(field: inspect.Field, letter: str) -> click.Option:
    type_, words, extra = _bare(field.type)
    flag = f"--{field.name.replace('_', '-')}"
    names = [field.name, flag, *([f"-{letter}"] if letter else [])]
    words = _help(words, field)
    if isinstance(type_, inspect.BoolType):
        if field.default is True:
            names[1] = f"{flag}/--no-{field.name.replace('_', '-')}"
            return click.Option(names, default=None, help=words)
        return click.Option(names, is_flag=True, default=None, help=words)
    item = _item(type_)
    return click.Option(
        names,
        type=_kind(item if item is not None else type_, extra),
        multiple=item is not None,
        required=field.required,
        help=words,
    )


def _help(words: str, field: inspect.Field) -> str:
    """A sentence on an option, with the default that it has."""
    default = field.default
    if isinstance(default, bool) or default in (msgspec.NODEFAULT, None, "", ()):
        return f"{words}."
    if _bare(field.type)[2].get("unit") == "seconds":
        default = format_duration(default)
    elif isinstance(default, float) and default.is_integer():
        default = int(default)
    if isinstance(default, msgspec.Struct):
        return f"{words}."
    return f"{words}; default: {default}."


def _item(type_: inspect.Type) -> inspect.Type | None:
    """What a list is of; None where the type is no list."""
    if isinstance(type_, (inspect.VarTupleType, inspect.ListType)):
        return _bare(type_.item_type)[0]
    return None


def _kind(type_: inspect.Type, extra: Mapping[str, Any]) -> click.ParamType[Any]:
    """How text on the command line is read."""
    if isinstance(type_, inspect.FloatType) and extra.get("unit") == "seconds":
        most = type_.le if type_.le is not None else inf
        return Duration(most, least=type_.ge or 0.0, signed=type_.ge is None)
    if isinstance(type_, inspect.IntType):
        if type_.ge is None and type_.le is None:
            return click.INT
        return click.IntRange(type_.ge, type_.le)
    if isinstance(type_, inspect.FloatType):
        if type_.ge is None and type_.le is None:
            return click.FLOAT
        return click.FloatRange(type_.ge, type_.le)
    if isinstance(type_, inspect.LiteralType):
        return click.Choice([str(value) for value in type_.values])
    if isinstance(type_, inspect.DateTimeType):
        return Instant()
    if isinstance(type_, (inspect.DictType, inspect.StructType)):
        return JsonValue(is_object=True)
    if isinstance(type_, inspect.AnyType):
        return JsonValue(is_object=False)
    return click.STRING
