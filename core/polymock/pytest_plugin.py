"""The pytest fixture `polymock`, registered through pytest's own entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from polymock.testing import Polymock

MakePolymock = Callable[..., "Polymock"]


@pytest.fixture
def polymock() -> Iterator[MakePolymock]:
    """Make mocks that end with the test: `mock = polymock("openapi.yaml", seed=7)`.

    The arguments are those of `polymock.testing.Polymock`.
    """
    # Imported here: pytest loads this module in every project where Polymock is installed.
    from polymock.testing import Polymock

    with ExitStack() as stack:

        def make(*specs: str | Path, seed: int | None = None) -> Polymock:
            return stack.enter_context(Polymock(*specs, seed=seed))

        yield make
