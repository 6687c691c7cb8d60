"""Projects made in the test's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from polymock.commands.context import Context
from polymock.commands.generating import generate
from polymock_schemas.generating import Generated, GenerateParams

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /pets:
    get:
      parameters: [{name: limit, in: query, required: true, schema: {type: integer, minimum: 3}}]
      responses:
        "200":
          description: all
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}
  /pets/{petId}:
    get:
      parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: one
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties: {id: {type: integer}, name: {type: string}}
"""

Make = Callable[..., Generated]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make the project `out` from documents by their names, or from what `specs` name."""

    def make_here(*specs: str, name: str = "", force: bool = False, **files: str) -> Generated:
        for file, content in files.items():
            path = tmp_path / file.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        named = specs or tuple(name.replace("_", ".") for name in files)
        return generate(
            Context(),
            GenerateParams(
                tuple(str(tmp_path / each) for each in named),
                str(tmp_path / "out"),
                name=name,
                force=force,
            ),
        )

    return make_here
