"""The published JSON Schemas, as files; `polymock_schemas.publish` makes them."""

from __future__ import annotations

from importlib.resources import files


def published_schema(name: str) -> str:
    """The text of a published schema, such as `polymock.schema.json`."""
    return (files(__package__) / name).read_text("utf-8")
