"""An XML document as a JSON value."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from polymock.errors import TooLarge, Unreadable
from polymock.jsonschema import Definitions, Schema
from polymock_openapi.xml.shapes import MAX_DEPTH, XSI, Shape, Shapes, lexical

MAX_BYTES = 64 * 1024 * 1024
"""Of a document."""
MAX_ELEMENTS = 500_000
"""Of a document."""
_XSI = f"{{{XSI}}}"
_XML = "{http://www.w3.org/XML/1998/namespace}"


def from_xml(data: bytes, schema: Schema, definitions: Definitions) -> Any:
    """The JSON value of an XML document: texts become the numbers, booleans, nulls of the schema.

    What the schema does not declare is kept under its local name, as text, so that validation can
    tell of it; so is a text that is not of its declared type. The root's name is not looked at.
    Raises Unreadable (malformed, with line and column; a DTD; deeper than 200 levels) and TooLarge.
    """
    shapes = Shapes(definitions)
    return _Reader(shapes).value(_parse(data), shapes.of(schema))


class _Reader:
    """Turns parsed elements into values."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def value(self, element: Element, shape: Shape) -> Any:
        """The value of one element; where it is an array's, its children are the items."""
        if element.get(_XSI + "nil") in ("true", "1"):
            return None
        if shape.is_array:
            return self._items(list(element), shape)
        attributes = {n: text for n, text in element.attrib.items() if not n.startswith(_XSI)}
        if len(element) or attributes or "object" in shape.types:
            return self._members(element, attributes, shape)
        return _scalar(element.text or "", shape)

    def _items(self, elements: list[Element], shape: Shape) -> list[Any]:
        return [
            self.value(element, self.shapes.of(shape.item(index)))
            for index, element in enumerate(elements)
        ]

    def _members(self, element: Element, attributes: dict[str, str], shape: Shape) -> Any:
        inner = {key: self.shapes.of(schema) for key, schema in shape.properties.items()}
        children: dict[str, list[Element]] = {}
        for child in element:
            children.setdefault(_local(child.tag), []).append(child)
        members: dict[str, Any] = {}
        for key, its in inner.items():
            if its.is_attribute:
                name = next((n for n in attributes if _is_named(n, its.name(key), its)), None)
                if name is not None:
                    members[key] = self._attribute(attributes.pop(name), its)
            elif its.is_text:
                members[key] = _scalar(_text(element), its)
            else:
                own = self._take(children, key, its)
                if own or (key in shape.required and its.is_array and not its.is_wrapped):
                    members[key] = self._member(own, its)
        self._others(children, attributes, shape, members)
        text = _text(element)
        if text.strip() and not any(its.is_text for its in inner.values()):
            return {**members, "#text": text} if members else text
        return members

    def _take(self, children: dict[str, list[Element]], key: str, shape: Shape) -> list[Element]:
        """Take a property's elements out of the children by local name."""
        named, name = shape, shape.name(key)
        if shape.is_array and not shape.is_wrapped:
            named = self.shapes.of(shape.item(0))
            name = named.name(name)
        group = children.pop(name, [])
        own = [child for child in group if _is_named(child.tag, name, named)]
        if len(own) < len(group):
            children[name] = [child for child in group if not _is_named(child.tag, name, named)]
        return own

    def _member(self, elements: list[Element], shape: Shape) -> Any:
        if shape.is_array and not shape.is_wrapped:
            return self._items(elements, shape)
        values = [self.value(element, shape) for element in elements]
        return values[0] if len(values) == 1 else values

    def _attribute(self, text: str, shape: Shape) -> Any:
        if not shape.is_array:
            return _scalar(text, shape)
        parts = enumerate(text.split())
        return [_scalar(part, self.shapes.of(shape.item(index))) for index, part in parts]

    def _others(
        self,
        children: dict[str, list[Element]],
        attributes: dict[str, str],
        shape: Shape,
        members: dict[str, Any],
    ) -> None:
        """Add what is no declared property, by its local name."""
        additional = self.shapes.of(shape.additional)
        for name, text in attributes.items():
            if not name.startswith(_XML):
                members.setdefault(_local(name), _scalar(text, additional))
        for name, group in children.items():
            members.setdefault(name, self._member(group, additional))


class _BoundedTree(TreeBuilder):
    """Builds the tree of elements, and stops where it grows too deep or too large."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """Open an element."""
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"The XML is nested deeper than {MAX_DEPTH} elements.")
        if self._count > MAX_ELEMENTS:
            raise TooLarge(f"The XML has more than {MAX_ELEMENTS} elements.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """Close an element."""
        self._depth -= 1
        return super().end(tag)


def _parse(data: bytes) -> Element:
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The XML is larger than {MAX_BYTES} bytes.")
    parser = DefusedXMLParser(target=_BoundedTree(), forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        raise Unreadable(
            f"The XML is malformed at line {line}, column {column + 1}: "
            f"{str(error).partition(':')[0]}."
        ) from error
    except DefusedXmlException as error:
        raise Unreadable("The XML has a DTD or entities, which are not read.") from error
    except (ValueError, LookupError) as error:
        raise Unreadable(f"The XML's encoding cannot be read: {error}.") from error
    if not isinstance(root, Element):
        raise Unreadable("The XML has no element.")
    return root


_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}
"""Not `1` and `0`, which XML Schema would read so: a document that asks for a boolean means JSON's
words, in XML as in a query."""


def _scalar(text: str, shape: Shape) -> Any:
    """A text as the first of the schema's types that it can be; else the text itself."""
    for value in shape.values:
        if lexical(value) == (text if isinstance(value, str) else text.strip()):
            return value
    bare = text.strip()
    if "null" in shape.types and not bare and "string" not in shape.types:
        return None
    if shape.types & {"integer", "number"} and _INTEGER.fullmatch(bare):
        return int(bare)
    if "number" in shape.types and _NUMBER.fullmatch(bare) and math.isfinite(float(bare)):
        return float(bare)
    return _BOOLEANS.get(bare, text) if "boolean" in shape.types else text


def _text(element: Element) -> str:
    """The text directly inside an element, before, between and behind its children."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _is_named(tag: str, name: str, shape: Shape) -> bool:
    """Whether a parsed tag has this local name, and the namespace that the shape declares."""
    if shape.namespace and not tag.startswith(f"{{{shape.namespace}}}"):
        return False
    return _local(tag) == name
