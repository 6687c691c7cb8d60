"""The keywords of JSON Schema that are taken over as they are, and what their values must be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
MISNAMED_TYPES: Mapping[str, Mapping[str, str]] = {
    "int": {"type": "integer"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "str": {"type": "string"},
    "text": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "date-time": {"type": "string", "format": "date-time"},
    "timestamp": {"type": "string", "format": "date-time"},
    "list": {"type": "array"},
    "dict": {"type": "object"},
    "map": {"type": "object"},
}
"""What documents write for a type, and what they mean."""

INTEGER_BOUNDS: Mapping[str, tuple[int, int]] = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}

FORMATS = frozenset(
    {
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float",
        "double",
        "decimal",
        "decimal128",
        "double-int",
        "single-float",
        "sf-binary",
        "sf-boolean",
        "sf-decimal",
        "sf-integer",
        "sf-string",
        "sf-token",
        "byte",
        "binary",
        "base64",
        "base64url",
        "char",
        "password",
        "html",
        "commonmark",
        "media-range",
        "http-date",
        "date",
        "time",
        "date-time",
        "date-time-local",
        "time-local",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "ip",
        "cidr",
        "mac",
        "uri",
        "uri-reference",
        "iri",
        "iri-reference",
        "uri-template",
        "url",
        "uuid",
        "ulid",
        "json-pointer",
        "relative-json-pointer",
        "regex",
        "slug",
        "phone",
        "currency",
        "country",
        "language",
        "locale",
        "color",
        "semver",
        "unix-time",
        "timestamp",
    }
)
"""Formats that validators, samplers or the OpenAPI Format Registry know."""


def is_number(value: Any) -> bool:
    """A finite number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_count(value: Any) -> bool:
    """A whole number that is not negative."""
    return is_number(value) and value >= 0 and value == int(value)


def is_divisor(value: Any) -> bool:
    """A number above zero."""
    return is_number(value) and value > 0


def is_text(value: Any) -> bool:
    """A string."""
    return isinstance(value, str)


def is_flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


Kept = tuple[Callable[[Any], bool], str]

KEPT: Mapping[str, Kept] = {
    **dict.fromkeys(("minimum", "maximum"), (is_number, "a number")),
    "multipleOf": (is_divisor, "a number above 0"),
    **dict.fromkeys(
        (
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "minContains",
            "maxContains",
        ),
        (is_count, "a whole number from 0"),
    ),
    **dict.fromkeys(
        ("uniqueItems", "readOnly", "writeOnly", "deprecated"), (is_flag, "true or false")
    ),
    **dict.fromkeys(
        ("title", "format", "pattern", "contentEncoding", "contentMediaType"),
        (is_text, "a string"),
    ),
}
"""Keywords with simple values: the test of a value, and what it should have been."""

SCHEMA_KEYWORDS = frozenset(
    {
        "items",
        "additionalProperties",
        "not",
        "if",
        "then",
        "else",
        "contains",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
LIST_KEYWORDS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAP_KEYWORDS = frozenset({"properties", "patternProperties", "dependentSchemas"})
DROPPED = frozenset(
    {
        "$schema",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "$recursiveAnchor",
        "$recursiveRef",
        "$vocabulary",
        "$comment",
        "$defs",
        "definitions",
        "id",
        "description",
        "externalDocs",
        "discriminator",
        "nullable",
        "collectionFormat",
        "additionalItems",
        "dependencies",
        "allowEmptyValue",
        "contentSchema",
    }
)
"""Keywords that are used up in translation, or say nothing about values."""
ANNOTATIONS = frozenset(
    {"title", "default", "examples", "readOnly", "writeOnly", "deprecated", "xml", "x-faker"}
)
"""Keywords that speak of a value without constraining it."""
