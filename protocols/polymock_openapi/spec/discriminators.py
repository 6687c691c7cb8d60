"""Discriminators to plain JSON Schema: each alternative is held to its own names.

OpenAPI 3.1, section 4.8.25. JSON Schema has no such keyword; the alternatives of a `oneOf` or
`anyOf` get the property pinned to the values that select them. A schema that only carries a
`discriminator` for those that extend it with `allOf` stays open, and is shown their names as
examples; those at the end of such a line are held to their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from polymock.documents import Place
from polymock.errors import SpecError
from polymock_openapi.spec.source import Source

MAX_STEPS = 200
"""Nodes looked at to find what a property's values may be."""


class Components(Protocol):
    """Who knows the schemas of the document."""

    def component_at(self, place: Place) -> str:
        """The name by which a discriminator knows the schema at a place."""
        ...

    def is_component(self, place: Place) -> bool:
        """Whether a named schema of the root document stands at a place."""
        ...

    def extensions(self, place: Place) -> tuple[Place, ...]:
        """The components that extend the schema at a place by `allOf`."""
        ...


def pin(
    value: dict[str, Any], out: dict[str, Any], place: Place, components: Components, source: Source
) -> None:
    """Write what a schema's discriminator, or that of what it extends, says into `out`."""
    discriminator = _read(value.get("discriminator"))
    if discriminator is not None:
        name, mapping = discriminator
        branched = False
        for keyword in ("oneOf", "anyOf"):
            if keyword in out and isinstance(value.get(keyword), list):
                branched = True
                for index, branch in enumerate(value[keyword]):
                    target = _target(branch, place.child(keyword, index), source)
                    if target is not None:
                        known = _names(target, mapping, place, components, source)
                        _hold(out[keyword][index], name, known, target, source)
        if not branched:
            _suggest(out, name, mapping, place, components)
    elif isinstance(value.get("allOf"), list) and isinstance(out.get("allOf"), list):
        _hold_child(value, out, place, components, source)


def _read(discriminator: Any) -> tuple[str, Mapping[str, str]] | None:
    if isinstance(discriminator, str):  # Swagger 2.0
        return discriminator, {}
    if not isinstance(discriminator, dict):
        return None
    name, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
    if not isinstance(name, str):
        return None
    pairs = mapping.items() if isinstance(mapping, dict) else ()
    return name, {key: ref for key, ref in pairs if isinstance(ref, str)}


def _target(branch: Any, place: Place, source: Source) -> Place | None:
    reference = branch.get("$ref") if isinstance(branch, dict) else None
    if not isinstance(reference, str) or not source.documents.exists(reference, place):
        return None
    return source.documents.locate(reference, place)


def _names(
    target: Place, mapping: Mapping[str, str], base: Place, components: Components, source: Source
) -> list[str]:
    """The values that select a schema: those mapped to it, else its own name."""
    own = components.component_at(target)
    mapped = [
        value
        for value, reference in mapping.items()
        if reference == own or _mapped_place(reference, base, source) == target
    ]
    return mapped or [own]


def _mapped_place(reference: str, base: Place, source: Source) -> Place | None:
    if "/" not in reference and "#" not in reference and "." not in reference:
        return None
    try:
        return source.documents.locate(reference, base)
    except SpecError:
        return None


def _hold(schema: Any, name: str, known: list[str], target: Place, source: Source) -> None:
    """Pin the property of an alternative, unless its own values say otherwise."""
    if not isinstance(schema, dict) or "$ref" not in schema:
        return
    declared = _declared(name, target, source)
    if declared is None:
        return
    allowed = [value for value in known if not declared or value in declared]
    if not allowed:
        return
    held = {"const": allowed[0]} if len(allowed) == 1 else {"enum": allowed}
    schema["properties"] = {**schema.get("properties", {}), name: held}
    schema["required"] = list(dict.fromkeys([*schema.get("required", []), name]))


def _suggest(
    out: dict[str, Any],
    name: str,
    mapping: Mapping[str, str],
    place: Place,
    components: Components,
) -> None:
    properties = out.get("properties")
    held = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(held, dict) or held.keys() & {"enum", "const", "$ref", "examples"}:
        return
    known = list(mapping) or [
        components.component_at(child) for child in components.extensions(place)
    ]
    if known and held.get("type") == "string":
        held["examples"] = known


def _hold_child(
    value: dict[str, Any], out: dict[str, Any], place: Place, components: Components, source: Source
) -> None:
    """Pin the property of a schema that extends one with a discriminator."""
    for index, member in enumerate(value["allOf"]):
        parent = _target(member, place.child("allOf", index), source)
        node = _at(parent, source)
        discriminator = _read(node.get("discriminator")) if isinstance(node, dict) else None
        if parent is None or discriminator is None or _is_tested(node):
            continue
        name, mapping = discriminator
        if name in out.get("properties", {}) or not components.is_component(place):
            continue
        declared = _declared(name, place, source)
        known = _names(place, mapping, parent, components, source)
        allowed = [v for v in known if declared is not None and (not declared or v in declared)]
        if allowed and not components.extensions(place):
            held = {"const": allowed[0]} if len(allowed) == 1 else {"enum": allowed}
            out["properties"] = {**out.get("properties", {}), name: held}


def _is_tested(node: dict[str, Any]) -> bool:
    return "oneOf" in node or "anyOf" in node


def _at(place: Place | None, source: Source) -> Any:
    if place is None:
        return None
    try:
        return source.documents.at(place)
    except (SpecError, KeyError):
        return None


def _declared(name: str, place: Place, source: Source) -> list[Any] | None:
    """The values that a property may take by `enum` or `const`, [] where it says nothing.

    None where it cannot be a string, or where the property's schema is not to be found out.
    """
    waiting = [place]
    seen: set[Place] = set()
    values: list[Any] = []
    while waiting and len(seen) < MAX_STEPS:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        node = _at(here, source)
        if not isinstance(node, dict):
            continue
        target = _target(node, here, source)
        if target is not None:
            waiting.append(target)
        members = node.get("allOf")
        if isinstance(members, list):
            waiting.extend(here.child("allOf", i) for i in range(len(members)))
        properties = node.get("properties")
        declared = properties.get(name) if isinstance(properties, dict) else None
        if isinstance(declared, dict):
            found = _values(declared, here.child("properties", name), source)
            if found is None:
                return None
            values = [v for v in found if not values or v in values] if found else values
    return values


def _values(declared: dict[str, Any], place: Place, source: Source) -> list[Any] | None:
    target = _target(declared, place, source)
    schema = _at(target, source) if target is not None else declared
    if not isinstance(schema, dict):
        return []
    if "const" in schema:
        return [schema["const"]]
    if isinstance(schema.get("enum"), list):
        return list(schema["enum"])
    return [] if schema.get("type", "string") in ("string", ["string", "null"]) else None
