"""The large document of the benchmarks is the same on every machine, and whole."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(str(Path(__file__).with_name("big_document.py")))


def test_it_is_the_same_each_time(generator: dict[str, Any]) -> None:
    assert generator["big_document"](resources=12) == generator["big_document"](resources=12)
    assert generator["big_document"](resources=12, seed=8) != generator["big_document"](
        resources=12
    )


def test_every_reference_leads_somewhere(generator: dict[str, Any]) -> None:
    document = generator["big_document"](resources=25)
    schemas = document["components"]["schemas"]
    found = set(references(document))
    assert len(found) > 100
    assert found <= {f"#/components/schemas/{name}" for name in schemas}


def test_it_has_1200_operations_in_about_13_megabytes(generator: dict[str, Any]) -> None:
    document = generator["big_document"]()
    operations = [m for item in document["paths"].values() for m in item if m != "parameters"]
    assert len(operations) == 1200
    assert 12.5e6 < len(json.dumps(document)) < 13.5e6


def references(node: Any) -> Iterator[str]:
    """Every `$ref` of a document."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
