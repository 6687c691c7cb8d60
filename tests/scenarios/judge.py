"""What an answer and its recorded exchange lack of what a step expects, in plain words."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import msgspec
from msgspec import UNSET

from polymock_schemas.calls import Exchange
from scenarios.answers import Answer, value_at
from scenarios.form import Expected


def complaints(
    expected: Expected, answer: Answer, exchange: Exchange | None, earlier: Mapping[str, Answer]
) -> Iterator[str]:
    """Every way in which the answer is not as expected. `earlier` are answers by step's name."""
    if answer.status != expected.status:
        yield f"status is {answer.status}, expected {expected.status}"
    for name, value in expected.headers.items():
        yield from _field(name, value, answer.headers.get(name.lower(), []))
    yield from _body(expected, answer)
    for name, value in expected.trailers.items():
        yield from _field(name, value, answer.trailers.get(name.lower(), []), "trailer")
    for word in expected.mentions:
        if word not in answer.text:
            yield f"the body does not mention {word!r}"
    if expected.same_as and answer.body != earlier[expected.same_as].body:
        yield f"the body is not that of {expected.same_as!r}"
    if expected.differs_from and answer.body == earlier[expected.differs_from].body:
        yield f"the body is that of {expected.differs_from!r}"
    if exchange is not None:
        yield from _exchange(expected, exchange)
    elif asks_for_exchange(expected):
        yield "no exchange was recorded"


def asks_for_exchange(expected: Expected) -> bool:
    """Whether anything is expected of what was recorded."""
    columns = (expected.source, expected.operation, expected.principal, expected.violations)
    return bool(expected.recorded) or any(column is not UNSET for column in columns)


def _field(name: str, value: Any, found: list[str], kind: str = "header") -> Iterator[str]:
    if value is None:
        if found:
            yield f"there is a {kind} {name}: {found}"
    elif not found:
        yield f"the {kind} {name} is missing"
    elif isinstance(value, dict):
        for one in found:
            yield from _schema(f"{kind} {name}", value, one)
    elif found != (value if isinstance(value, list) else [value]):
        yield f"{kind} {name} is {found}, expected {value!r}"


def _body(expected: Expected, answer: Answer) -> Iterator[str]:
    if expected.text is not UNSET and answer.text != expected.text:
        yield f"the body is {answer.text!r}, expected {expected.text!r}"
    if expected.base64 is not UNSET and answer.body != base64.b64decode(expected.base64):
        yield f"the bytes are {base64.b64encode(answer.body).decode()}"
    if UNSET is expected.json is expected.subset is expected.schema and not expected.places:
        return
    if answer.value is UNSET:
        yield "the body cannot be read as JSON, nor as what its media type says"
        return
    if expected.json is not UNSET:
        yield from differences("body", expected.json, answer.value, whole=True)
    if expected.subset is not UNSET:
        yield from differences("body", expected.subset, answer.value, whole=False)
    if expected.schema is not UNSET:
        yield from _schema("body", expected.schema, answer.value)
    for pointer, schema in expected.places.items():
        try:
            yield from _schema(f"body{pointer}", schema, value_at(answer.value, pointer))
        except LookupError as error:
            yield f"body: {error}"


def differences(place: str, expected: Any, found: Any, *, whole: bool) -> Iterator[str]:
    """Where two values differ. Unless `whole`, objects may have more than is expected."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            if name in found:
                yield from differences(f"{place}/{name}", value, found[name], whole=whole)
            else:
                yield f"{place}/{name} is missing"
        for name in found.keys() - expected.keys() if whole else ():
            yield f"{place}/{name} is {found[name]!r}, and not expected"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{place} has {len(found)} items, expected {len(expected)}: {found!r}"
            return
        for index, (wanted, value) in enumerate(zip(expected, found, strict=True)):
            yield from differences(f"{place}/{index}", wanted, value, whole=whole)
    elif expected != found or isinstance(expected, bool) is not isinstance(found, bool):
        yield f"{place} is {found!r}, expected {expected!r}"


def _schema(place: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for error in validator.iter_errors(value):
        pointer = "".join(f"/{key}" for key in error.instance_path)
        yield f"{place}{pointer}: {error.message}"


def _exchange(expected: Expected, exchange: Exchange) -> Iterator[str]:
    for column in ("source", "operation", "principal"):
        wanted = getattr(expected, column)
        found = getattr(exchange, column)
        if wanted is not UNSET and wanted != found:
            yield f"the recorded {column} is {found!r}, expected {wanted!r}"
    if expected.violations is not UNSET:
        locations = sorted(violation.location for violation in exchange.violations)
        if locations != sorted(expected.violations):
            yield f"the recorded violations are at {locations}: {list(exchange.violations)}"
    for column, wanted in expected.recorded.items():
        found = _decoded(getattr(exchange, column)) if column.endswith("_body") else None
        found = getattr(exchange, column) if found is None else found
        yield from differences(f"the recorded {column}", wanted, found, whole=False)


def _decoded(body: str | None) -> Any:
    """A recorded body, as JSON where it is."""
    try:
        return msgspec.json.decode(body or "")
    except msgspec.DecodeError:
        return body
