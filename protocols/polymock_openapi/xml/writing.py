"""A JSON value as an XML document."""

from __future__ import annotations

import re
from typing import Any

from polymock.errors import NoAnswer
from polymock.jsonschema import Definitions, Schema
from polymock_openapi.xml.shapes import MAX_DEPTH, XSI, Shape, Shapes, lexical


def to_xml(value: Any, schema: Schema, definitions: Definitions, root_name: str) -> bytes:
    """A JSON value as an XML document in UTF-8.

    The root is named by the schema's `xml.name`, else by the component that the schema refers to,
    else `root_name`. Raises NoAnswer where the value is nested deeper than 200 levels.
    """
    shapes = Shapes(definitions)
    shape = shapes.of(schema)
    writer = _Writer(shapes)
    writer.element(shape.name(shape.component or root_name), value, shape, {"xml": ""}, root=True)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(writer.parts)).encode("utf-8")


class _Writer:
    """Collects the text of one document in `parts`."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.parts: list[str] = []
        self._depth = 0

    def element(
        self, name: str, value: Any, shape: Shape, scope: dict[str, str], root: bool = False
    ) -> None:
        """One element with all that is in it. `scope` maps the prefixes in force to namespaces."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NoAnswer(f"The answer is nested deeper than {MAX_DEPTH} levels.", asked=False)
        scope = dict(scope)
        attributes: dict[str, str] = {}
        tag = _qualify(name, shape, scope, attributes)
        if value is None:
            _declare("xsi", XSI, scope, attributes)
            attributes["xsi:nil"] = "true"
        members = value if isinstance(value, dict) else {}
        inner = {
            key: self.shapes.of(shape.properties.get(key, shape.additional)) for key in members
        }
        for key, its in inner.items():
            if its.is_attribute and members[key] is not None:
                named = _qualify(its.name(key), its, scope, attributes)
                attributes.setdefault(named, lexical(members[key]))
        opening = tag + "".join(f' {n}="{_escape_attribute(t)}"' for n, t in attributes.items())
        start = len(self.parts)
        self.parts.append(f"<{opening}>")
        self._content(name, value, shape, scope, root)
        for key, its in inner.items():
            if its.is_text:
                self._text(lexical(members[key]))
            elif not its.is_attribute:
                self._property(key, members[key], its, scope)
        if len(self.parts) == start + 1:
            self.parts[start] = f"<{opening}/>"
        else:
            self.parts.append(f"</{tag}>")
        self._depth -= 1

    def _content(
        self, name: str, value: Any, shape: Shape, scope: dict[str, str], root: bool
    ) -> None:
        if isinstance(value, list):
            self._items(value, shape, name, scope, by_component=root)
        elif not isinstance(value, dict):
            self._text(lexical(value))

    def _text(self, text: str) -> None:
        if text:
            self.parts.append(_escape(text))

    def _property(self, key: str, value: Any, shape: Shape, scope: dict[str, str]) -> None:
        name = shape.name(key)
        if isinstance(value, list) and not shape.is_wrapped:
            self._items(value, shape, name, scope)
        else:
            self.element(name, value, shape, scope)

    def _items(
        self,
        items: list[Any],
        shape: Shape,
        name: str,
        scope: dict[str, str],
        by_component: bool = False,
    ) -> None:
        for index, value in enumerate(items):
            item = self.shapes.of(shape.item(index))
            default = (item.component if by_component else "") or name
            self.element(item.name(default), value, item, scope)


def _qualify(name: str, shape: Shape, scope: dict[str, str], attributes: dict[str, str]) -> str:
    """The name of an element or attribute with its prefix; declares the namespace where needed.

    A prefix that nothing declares, or that stands for something else on the same element, is left
    out, as the document would not be well-formed. An attribute without a prefix has no namespace
    (Namespaces in XML 1.0, section 6.2).
    """
    prefix, namespace = shape.prefix, shape.namespace
    if prefix != "xml" and prefix.lower().startswith("xml"):
        prefix = ""
    if not namespace:
        return f"{prefix}:{name}" if prefix in scope and prefix else name
    if not prefix:
        if not shape.is_attribute:
            _declare("", namespace, scope, attributes)
        return name
    return f"{prefix}:{name}" if _declare(prefix, namespace, scope, attributes) else name


def _declare(
    prefix: str, namespace: str, scope: dict[str, str], attributes: dict[str, str]
) -> bool:
    """Bring a namespace into force; False where the element has the prefix for another one."""
    if prefix == "xml" or scope.get(prefix) == namespace:
        return True
    declaration = f"xmlns:{prefix}" if prefix else "xmlns"
    if declaration in attributes:
        return False
    scope[prefix] = attributes[declaration] = namespace
    return True


_UNREPRESENTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All but the production Char of XML 1.0."""
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def _escape(text: str) -> str:
    return _UNREPRESENTABLE.sub("\ufffd", text).translate(_ESCAPES)


def _escape_attribute(text: str) -> str:
    return _escape(text).translate(_ATTRIBUTE_ESCAPES)
