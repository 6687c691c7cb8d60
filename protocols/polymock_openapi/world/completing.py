"""What callers do not say of parts of an entity, and its contract requires: taken from samples.

Of a new order's lines a caller says product and quantity; the lines that are shown have a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions, Schema
from polymock.samples import Sampler
from polymock.samples.seeds import salt
from polymock.world.adapting import Adapter, properties_of, required_of
from polymock.world.collections import Collection
from polymock.world.entities import MISSING
from polymock.world.names import fold
from polymock_openapi.world.shapes import naming

MAX_DEPTH = 8
MAX_ITEMS = 1000
_sorted = msgspec.json.Encoder(order="sorted").encode


def complete(
    said: Mapping[str, Any],
    collection: Collection,
    adapter: Adapter,
    schemas: Mapping[str, Schema],
    definitions: Definitions,
    sampler: Sampler,
) -> dict[str, Any]:
    """What a caller says of an entity, with the parts that the contract would not show completed.

    `schemas` are those of the properties, by their folded names.
    """
    whole = dict(said)
    for name, item in said.items():
        member = adapter.member(fold(name)) if isinstance(item, dict | list) else None
        reference = collection.reference(fold(name))
        is_other = reference is not None and fold(name) in reference.embeds
        if member is None or is_other or member[1].adapt(item) is not MISSING:
            continue
        new = _completed(item, schemas[fold(name)], definitions, sampler, MAX_DEPTH)
        if member[1].adapt(new) is not MISSING:
            whole[name] = new
    return whole


def _completed(
    value: Any, schema: Schema, definitions: Definitions, sampler: Sampler, depth: int
) -> Any:
    _, body = naming(schema, definitions)
    if depth == 0:
        return value
    if isinstance(value, list):
        items = body.get("items", True)
        made = (_completed(each, items, definitions, sampler, depth - 1) for each in value)
        return list(made) if len(value) <= MAX_ITEMS else value
    if not isinstance(value, dict):
        return value
    known = properties_of(body, definitions)
    whole = {
        name: _completed(item, known[name], definitions, sampler, depth - 1)
        if name in known
        else item
        for name, item in value.items()
    }
    lacking = [
        name for name in known if name not in whole and name in required_of(body, definitions)
    ]
    if lacking:
        try:
            sample = sampler.sample(schema, salt(_sorted(value).decode("utf-8", "replace")))
        except (Unsatisfiable, UnicodeEncodeError):
            return whole
        if isinstance(sample, dict):
            whole.update({name: sample[name] for name in lacking if name in sample})
    return whole
