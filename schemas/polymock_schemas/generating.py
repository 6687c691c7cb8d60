"""What `polymock generate` is asked for, and what it tells."""

from __future__ import annotations

import msgspec


class GenerateParams(msgspec.Struct, frozen=True):
    """What a project is made from, and where.

    `specs` name one config, or specs, as for `polymock serve`. `output` is the project's folder.
    `name` is what images and Kubernetes objects are called ("" takes the folder's name). `force`
    admits a folder that is not empty: files of the project take the place of those that are there,
    and nothing else is touched. `allow_private` lets URLs of specs be of this machine or network.
    """

    specs: tuple[str, ...]
    output: str
    name: str = ""
    seed: int | None = None
    force: bool = False
    allow_private: bool = False


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
