"""Resource names: the patterns of google.api.resource, as regular expressions and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from protobuf import DescField, DescFile, DescMessage, Registry

from polymock_grpc.spec.options import Options

_VARIABLE = re.compile(r"\{([A-Za-z_]\w*)(?:=[^{}]*)?\}")
_RESOURCE = "google.api.resource"
_REFERENCE = "google.api.resource_reference"
_DEFINITION = "google.api.resource_definition"
ANYTHING = "*"
_PARENTS = 3
"""Over so many parents the items of a list are spread, where the request names none."""


class Resources:
    """The resource types of a contract, by type (`library.example.com/Book`)."""

    def __init__(self, registry: Registry, options: Options) -> None:
        self._options = options
        self._patterns: dict[str, str] = {}
        for part in registry:
            for described in _descriptions(part, options):
                patterns = described.get("pattern", [])
                usable = [p for p in patterns if isinstance(p, str) and p != ANYTHING]
                if usable:
                    self._patterns.setdefault(described.get("type", ""), usable[0])

    def name_field(self, message: DescMessage) -> str:
        """The field that holds a resource's name; "" where the message is no resource."""
        described = self._options.read_json(message.proto.options, _RESOURCE)
        if not isinstance(described, dict):
            return ""
        name = described.get("nameField", "") or "name"
        return name if any(field.name == name for field in message.fields) else ""

    def type_of(self, message: DescMessage) -> str:
        """The type of resource that a message is; "" where it is none."""
        described = self._options.read_json(message.proto.options, _RESOURCE)
        found = described.get("type", "") if isinstance(described, dict) else ""
        return found if isinstance(found, str) else ""

    def template(self, field: DescField) -> str:
        """The pattern of the names that a field holds, `shelves/{shelf}/books/{book}`; "" if any.

        That of the message's own resource, of the one that the field refers to, or of that one's
        parent.
        """
        if field.name == self.name_field(field.parent):
            own = self._options.read_json(field.parent.proto.options, _RESOURCE)
            return self._patterns.get(own.get("type", ""), "")
        reference = self._options.read_json(field.proto.options, _REFERENCE)
        if not isinstance(reference, dict):
            return ""
        if "type" in reference:
            return self._patterns.get(reference["type"], "")
        return parent_of(self._patterns.get(reference.get("childType", ""), ""))

    def reference(self, field: DescField) -> str:
        """The type of the resource that a field refers to, or whose parent it is; "" for none."""
        reference = self._options.read_json(field.proto.options, _REFERENCE)
        if not isinstance(reference, dict):
            return ""
        found: str = reference.get("type", "") or reference.get("childType", "")
        return "" if found == ANYTHING else found


def parent_of(template: str) -> str:
    """The pattern of the parent's names: without the last collection and id."""
    segments = template.split("/")
    return "/".join(segments[:-2]) if len(segments) > 2 else ""


def collection_of(template: str) -> str:
    """The last collection of a pattern: `books` of `shelves/{shelf}/books/{book}`."""
    segments = template.split("/")
    return segments[-2] if len(segments) > 1 and "{" not in segments[-2] else ""


def name_pattern(template: str) -> str:
    """A regular expression for realistic names: `^shelves/shelf-[0-9]{1,3}/…$`."""
    position, parts = 0, []
    for found in _VARIABLE.finditer(template):
        parts.append(re.escape(template[position : found.start()]))
        parts.append(f"{_word(found[1])}-[1-9][0-9]{{0,2}}")
        position = found.end()
    return f"^{''.join(parts)}{re.escape(template[position:])}$".replace(r"\-", "-")


def nth_name(template: str, parent: str, number: int) -> str:
    """The name of the resource of a number below a parent, different for every number.

    Without a parent, or with one that is not the pattern's, names are made of the whole pattern; a
    `-` in the parent stands for any of them (AIP-159). "" where the pattern ends in no variable.
    """
    head, _, last = template.rpartition("/")
    if _VARIABLE.search(last) is None:
        return ""
    above = parent_of(template)
    if parent and above.count("/") == parent.count("/") and _VARIABLE.search(above):
        given = [
            asked if asked != "-" else _filled(own, number % _PARENTS)
            for asked, own in zip(parent.split("/"), above.split("/"), strict=True)
        ]
        head = "/".join([*given, *head.split("/")[len(given) :]])
    return f"{_filled(head, number % _PARENTS)}/{_filled(last, number)}".removeprefix("/")


def _filled(template: str, number: int) -> str:
    return _VARIABLE.sub(lambda found: f"{_word(found[1])}-{number + 1}", template)


def _word(variable: str) -> str:
    return variable.removesuffix("_id").removesuffix("_name").replace("_", "-").lower() or "item"


def _descriptions(part: object, options: Options) -> Iterator[dict[str, Any]]:
    if isinstance(part, DescMessage):
        described = options.read_json(part.proto.options, _RESOURCE)
        if isinstance(described, dict):
            yield described
    elif isinstance(part, DescFile):
        yield from options.read_json(part.proto.options, _DEFINITION) or ()
