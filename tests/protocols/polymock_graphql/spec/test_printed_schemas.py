"""Schemas as other servers print them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from polymock.testing import Polymock


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    program = Path(__file__).with_name("printed_by_strawberry.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, check=True)
    schemas: dict[str, str] = json.loads(done.stdout)
    return schemas


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("plain", "{ pet(key: 7) { id name owner { name } } }", "pet"),
        ("subgraph", "{ products { id name } }", "products"),
        ("subgraph", "{ _service { sdl } }", "_service"),
    ],
)
def test_what_strawberry_prints_is_served(
    printed: dict[str, str], name: str, query: str, found: str, tmp_path: Path
) -> None:
    file = tmp_path / "schema.graphql"
    file.write_text(printed[name], "utf-8")
    with Polymock(file) as mock, mock.client() as client:
        answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer
    assert answer["data"][found]
