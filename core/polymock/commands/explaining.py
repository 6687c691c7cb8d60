"""What a parameter's type says, in place of words of the library that checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import inspect

_STEP = re.compile(r"\[[^]]*\]|[^.\[]+")


def explained(params: type[msgspec.Struct], place: str, message: str) -> str:
    """Why a value is refused, said to who gave it.

    `place` is where in the parameters, as msgspec writes it (`texts[...].name`). A choice is told
    with all there are, a pattern as the parameter's description has it.
    """
    if message.startswith("Invalid enum value"):
        choices = [each for found in _found(params, place) for each in _choices(found)]
        return f"{message}; it is one of {', '.join(choices)}" if choices else message
    if " matching regex " in message:
        described = next(filter(None, map(_described, _found(params, place))), "")
        said = f": {described}" if described else ""
        return f"It is not written as it should be{said}"
    return message


def _found(params: type[msgspec.Struct], place: str) -> list[inspect.Type]:
    """The types that a value there may have."""
    types: list[inspect.Type] = [inspect.type_info(params)]
    for step in _STEP.findall(place):
        types = [found for each in types for found in _within(each, step)]
    return types


def _within(type_: inspect.Type, step: str) -> Iterator[inspect.Type]:
    """The types of what an object or a list holds."""
    for each in _plain(type_):
        if step.startswith("["):
            if isinstance(each, inspect.CollectionType):
                yield each.item_type
            elif isinstance(each, inspect.DictType):
                yield each.value_type
        elif isinstance(each, inspect.StructType):
            yield from (field.type for field in each.fields if field.encode_name == step)


def _plain(type_: inspect.Type) -> Iterator[inspect.Type]:
    """The types of a union, without what is said of them."""
    if isinstance(type_, inspect.Metadata):
        yield from _plain(type_.type)
    elif isinstance(type_, inspect.UnionType):
        for each in type_.types:
            yield from _plain(each)
    else:
        yield type_


def _choices(type_: inspect.Type) -> Iterator[str]:
    for each in _plain(type_):
        if isinstance(each, inspect.LiteralType):
            yield from map(repr, each.values)
        elif isinstance(each, inspect.EnumType):
            yield from (repr(member.value) for member in each.cls)


def _described(type_: inspect.Type) -> str:
    """The description of a type: of what it is made of, which says more of its form, or its own."""
    if isinstance(type_, inspect.UnionType):
        return next(filter(None, map(_described, type_.types)), "")
    if not isinstance(type_, inspect.Metadata):
        return ""
    said = (type_.extra_json_schema or {}).get("description", "")
    return _described(type_.type) or str(said)
