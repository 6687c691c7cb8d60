from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from polymock.interfaces import Spec
from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.document import load

Load = Callable[..., GraphqlDocument]


@pytest.fixture
def load_sdl(tmp_path: Path) -> Load:
    """Writes texts to a.graphql, b.graphql …, and loads the first, including the others."""

    def loaded(*texts: str) -> GraphqlDocument:
        paths = [tmp_path / f"{chr(97 + index)}.graphql" for index in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load(Spec(str(paths[0]), "test", include=tuple(map(str, paths[1:]))))

    return loaded
