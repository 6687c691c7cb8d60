"""Schema Objects of Swagger 2.0, OpenAPI 3.0 and 3.1 to JSON Schema 2020-12.

Each schema is translated once; references are not followed but become `#/$defs/NAME`. What breaks
the rules is left out and noted as a fault, so the result always compiles.
"""

from __future__ import annotations

from typing import Any, Protocol

from polymock.documents import Place
from polymock.jsonschema import REF_PREFIX, Schema
from polymock_openapi.spec import discriminators
from polymock_openapi.spec.keywords import (
    ANNOTATIONS,
    DROPPED,
    INTEGER_BOUNDS,
    KEPT,
    LIST_KEYWORDS,
    MAP_KEYWORDS,
    MISNAMED_TYPES,
    SCHEMA_KEYWORDS,
    TYPES,
    is_number,
)
from polymock_openapi.spec.source import Source, is_shallow, kind

MAX_DEPTH = 48
"""Levels of schemas inside one another; validators and samplers recurse over them."""


class Translator:
    """Turns Schema Objects into JSON Schema 2020-12, by the rules of the document's version."""

    def __init__(self, source: Source, names: Names) -> None:
        self._source = source
        self._names = names

    def translate(self, value: Any, place: Place, depth: int = 0) -> Schema:
        """The JSON Schema for a Schema Object at a place. Never raises for a bad document."""
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            self._source.warn(place, f"a schema must be an object, not {kind(value)}")
            return True
        if depth > MAX_DEPTH:
            self._source.warn(place, f"schemas nest deeper than {MAX_DEPTH} levels here")
            return True
        reference = value.get("$ref", value.get("$dynamicRef"))
        if isinstance(reference, str):
            return self._reference(reference, value, place, depth)
        return self._keywords(value, place, depth)

    def _reference(self, reference: str, value: dict[str, Any], place: Place, depth: int) -> Schema:
        name = self._names.name_of(reference, place)
        if name is None:
            self._source.warn(
                place,
                f"`$ref: {reference[:200]}` leads to nothing; any value is allowed here",
                "correct the reference, or add what it names",
            )
        pointing: dict[str, Any] = {} if name is None else {"$ref": REF_PREFIX + name}
        if self._source.dialect != "3.1":
            nullable = value.get("nullable", value.get("x-nullable")) is True
            if not pointing:
                return True
            return {"anyOf": [pointing, {"type": "null"}]} if nullable else pointing
        siblings = {k: v for k, v in value.items() if k not in ("$ref", "$dynamicRef")}
        if not siblings:
            return pointing or True
        beside = self._keywords(siblings, place, depth)
        return {**pointing, **beside} if isinstance(beside, dict) else beside

    def _keywords(self, value: dict[str, Any], place: Place, depth: int) -> Schema:
        out: dict[str, Any] = {}
        self._type(value, out, place)
        for key, inner in value.items():
            if key in KEPT:
                if key not in out:
                    self._kept(key, inner, out, place)
            elif key in SCHEMA_KEYWORDS:
                self._schema(key, inner, out, place, depth)
            elif key in LIST_KEYWORDS:
                self._list(key, inner, out, place, depth)
            elif key in MAP_KEYWORDS:
                self._map(key, inner, out, place, depth)
            elif key in SPECIAL:
                SPECIAL[key](self, key, inner, out, place)
            elif key not in DROPPED and not key.startswith("x-") and key != "type":
                self._source.warn(place.child(key), f"unknown keyword `{key}` is ignored")
        self._old_keywords(value, out, place, depth)
        _bound_integers(out)
        self._settle_enum(out, place)
        discriminators.pin(value, out, place, self._names, self._source)
        if value.get("nullable", value.get("x-nullable")) is True:
            if self._source.dialect == "3.1":
                self._source.warn(place, "`nullable` is OpenAPI 3.0", 'write `type: [..., "null"]`')
            return _nullable(out)
        return out

    def _type(self, value: dict[str, Any], out: dict[str, Any], place: Place) -> None:
        declared = value.get("type")
        if declared is None:
            return
        names: list[str] = []
        for name in declared if isinstance(declared, list) else [declared]:
            if isinstance(name, str) and name in TYPES:
                names.append(name)
            elif name == "file":
                names.append("string")
                out["format"] = "binary"
            elif isinstance(name, str) and name.lower() in {*MISNAMED_TYPES, *TYPES}:
                meant = MISNAMED_TYPES.get(name.lower(), {"type": name.lower()})
                names.append(meant["type"])
                if "format" in meant and "format" not in value:
                    out["format"] = meant["format"]
                self._source.warn(place.child("type"), f"unknown type `{name}`: {meant['type']}?")
            else:
                self._source.warn(place.child("type"), f"unknown type {name!r:.80}: any is allowed")
                return
        unique = list(dict.fromkeys(names))
        if unique:
            out["type"] = unique[0] if len(unique) == 1 else unique

    def _kept(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        fits, expected = KEPT[key]
        if fits(inner):
            out[key] = inner
        else:
            self._source.warn(place.child(key), f"`{key}` must be {expected}, not {kind(inner)}")

    def _schema(self, key: str, inner: Any, out: dict[str, Any], place: Place, depth: int) -> None:
        if key == "items" and isinstance(inner, list):
            self._list("prefixItems", inner, out, place, depth, written="items")
        elif inner is not None:
            out[key] = self.translate(inner, place.child(key), depth + 1)

    def _list(
        self,
        key: str,
        inner: Any,
        out: dict[str, Any],
        place: Place,
        depth: int,
        written: str = "",
    ) -> None:
        at = place.child(written or key)
        if not isinstance(inner, list) or not inner:
            self._source.warn(at, f"`{key}` must be a list of schemas that is not empty")
            return
        out[key] = [self.translate(s, at.child(i), depth + 1) for i, s in enumerate(inner)]

    def _map(self, key: str, inner: Any, out: dict[str, Any], place: Place, depth: int) -> None:
        if not isinstance(inner, dict):
            self._source.warn(place.child(key), f"`{key}` must be an object, not {kind(inner)}")
            return
        at = place.child(key)
        translated = {n: self.translate(s, at.child(n), depth + 1) for n, s in inner.items()}
        out[key] = {**translated, **out.get(key, {})}
        if key == "properties":
            marked = [
                n for n, s in inner.items() if isinstance(s, dict) and s.get("required") is True
            ]
            if marked:
                out["required"] = list(dict.fromkeys([*out.get("required", []), *marked]))

    def _required(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        if isinstance(inner, bool):
            self._source.warn(
                place.child(key), "`required` is a list of property names of the object"
            )
        elif isinstance(inner, list) and all(isinstance(name, str) for name in inner):
            out[key] = list(dict.fromkeys([*out.get(key, []), *inner]))
        else:
            self._source.warn(place.child(key), "`required` must be a list of property names")

    def _exclusive(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        if isinstance(inner, bool):
            if self._source.dialect == "3.1":
                self._source.warn(place.child(key), f"`{key}` must be a number in OpenAPI 3.1")
            out[key] = inner
        elif is_number(inner):
            out[key] = inner
        else:
            self._source.warn(place.child(key), f"`{key}` must be a number, not {kind(inner)}")

    def _data(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        if not is_shallow(inner):
            self._source.warn(place.child(key), f"`{key}` is nested too deeply and ignored")
        elif key == "example":
            out["examples"] = [*out.get("examples", []), inner]
        elif key in ("enum", "examples") and not isinstance(inner, list):
            self._source.warn(place.child(key), f"`{key}` must be a list, not {kind(inner)}")
        elif key == "examples":
            out["examples"] = [*inner, *out.get("examples", [])]
        elif key == "enum" and not inner:
            self._source.warn(place.child(key), "`enum` is empty and ignored")
        else:
            out[key] = inner

    def _xml(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        if isinstance(inner, dict):
            out[key] = {k: v for k, v in inner.items() if isinstance(v, str | bool)}
        else:
            self._source.warn(place.child(key), f"`{key}` must be an object, not {kind(inner)}")

    def _faker(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        if is_shallow(inner, 8) and "$ref" not in str(inner):
            out[key] = inner

    def _dependent(self, key: str, inner: Any, out: dict[str, Any], place: Place) -> None:
        wanted: dict[str, Any] = inner if isinstance(inner, dict) else {"": None}
        if all(isinstance(v, list) and all(isinstance(n, str) for n in v) for v in wanted.values()):
            out[key] = {n: list(dict.fromkeys(names)) for n, names in wanted.items()}
        else:
            self._source.warn(place.child(key), f"`{key}` must map names to lists of names")

    def _old_keywords(
        self, value: dict[str, Any], out: dict[str, Any], place: Place, depth: int
    ) -> None:
        """Earlier drafts: boolean exclusive bounds, `dependencies`, `additionalItems`."""
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            strict = out.get(exclusive)
            if isinstance(strict, bool):
                del out[exclusive]
                if strict and bound in out:
                    out[exclusive] = out.pop(bound)
        if isinstance(value.get("items"), list) and "additionalItems" in value:
            rest = value["additionalItems"]
            out["items"] = self.translate(rest, place.child("additionalItems"), depth + 1)
        dependencies = value.get("dependencies")
        if isinstance(dependencies, dict):
            at = place.child("dependencies")
            names = {n: d for n, d in dependencies.items() if isinstance(d, list)}
            if names:
                self._dependent("dependentRequired", names, out, place)
            schemas = {n: d for n, d in dependencies.items() if not isinstance(d, list)}
            if schemas:
                out["dependentSchemas"] = {
                    n: self.translate(d, at.child(n), depth + 1) for n, d in schemas.items()
                }

    def _settle_enum(self, out: dict[str, Any], place: Place) -> None:
        """Numbers and booleans in an `enum` of strings lack their quotes: they become text."""
        values = out.get("enum")
        if values is None or out.get("type") != "string":
            return
        odd = [v for v in values if isinstance(v, bool | int | float)]
        if odd:
            self._source.warn(
                place.child("enum"), "`enum` of strings holds other values: quote them"
            )
            out["enum"] = [_as_text(v) for v in values]


class Names(discriminators.Components, Protocol):
    """Who knows the names of definitions."""

    def name_of(self, reference: str, base: Place) -> str | None:
        """The name of the schema that a reference leads to; None where it leads to nothing."""
        ...


SPECIAL = {
    "required": Translator._required,
    "exclusiveMinimum": Translator._exclusive,
    "exclusiveMaximum": Translator._exclusive,
    "enum": Translator._data,
    "const": Translator._data,
    "default": Translator._data,
    "example": Translator._data,
    "examples": Translator._data,
    "xml": Translator._xml,
    "x-faker": Translator._faker,
    "dependentRequired": Translator._dependent,
}


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _bound_integers(out: dict[str, Any]) -> None:
    """Give an integer of a sized format the bounds of its size."""
    bounds = INTEGER_BOUNDS.get(out.get("format", ""))
    if bounds is None or out.get("type") not in ("integer", "number"):
        return
    if "minimum" not in out and "exclusiveMinimum" not in out:
        out["minimum"] = bounds[0]
    if "maximum" not in out and "exclusiveMaximum" not in out:
        out["maximum"] = bounds[1]


def _nullable(out: dict[str, Any]) -> dict[str, Any]:
    """The schema with null admitted, as `nullable: true` of OpenAPI 3.0 means it."""
    applied = {"$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"} & out.keys()
    if not applied:
        if "type" in out:
            types = out["type"] if isinstance(out["type"], list) else [out["type"]]
            out["type"] = list(dict.fromkeys([*types, "null"]))
        if "enum" in out and None not in out["enum"]:
            out["enum"] = [*out["enum"], None]
        return out
    about = {key: out[key] for key in out if key in ANNOTATIONS}
    rest = {key: out[key] for key in out if key not in ANNOTATIONS}
    return {**about, "anyOf": [rest, {"type": "null"}]}
