"""What `polymock generate` is asked for, and what it tells."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from polymock_schemas.commands import Specs


class GenerateParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a project is made from, and where.

    With `force` files of the project take the place of those that are there, and nothing else is
    touched.
    """

    specs: Specs
    output: Annotated[str, Meta(min_length=1, description="The project's folder")]
    name: Annotated[
        str,
        Meta(max_length=200, description="Of the image and in Kubernetes; default: the folder's"),
    ] = ""
    seed: Annotated[int | None, Meta(description="The same seed gives the same answers")] = None
    force: Annotated[
        bool, Meta(description="Overwrite the project's files where the folder has them")
    ] = False
    allow_private: Annotated[
        bool, Meta(description="Let URLs of specs be of this machine or network")
    ] = False


class GeneratedMock(msgspec.Struct, frozen=True):
    """One mock of a generated project: `spec` is its file in the project, `at` its HTTP prefix."""

    name: str
    protocol: str
    spec: str
    at: str
    operations: int
    calls: int
    """How many calls of it stand in the project's tests."""


class Generated(msgspec.Struct, frozen=True):
    """A project that was written: its absolute `folder`, and its `files` from there, sorted.

    `entities` tells how many each collection begins with. `notes` say what was decided on the way
    that nobody asked for.
    """

    folder: str
    name: str
    files: tuple[str, ...]
    mocks: tuple[GeneratedMock, ...]
    entities: dict[str, int] = {}
    notes: tuple[str, ...] = ()
