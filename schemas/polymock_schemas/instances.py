"""Commands on background instances: what they are asked with, and what they answer.

An instance is a `polymock serve` that runs in the background under a name. The answers are those of
the CLI's `--json`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from polymock_schemas.commands import Specs

InstanceName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="Letters, digits, `.`, `_` and `-`, at most 64, the first a letter or digit",
    ),
]
KnownName = Annotated[str, Meta(min_length=1, max_length=64, description="The instance's name")]
"""Of one that is there: whoever asks is told the nearest name where there is none."""

Port = Annotated[int, Meta(ge=0, le=65535)]

Wait = Annotated[
    float,
    Meta(
        gt=0,
        le=3600,
        description="How long it may take to be ready",
        extra={"unit": "seconds"},
    ),
]
Grace = Annotated[
    float,
    Meta(
        ge=0,
        le=3600,
        description="How long it may take to end before it is killed",
        extra={"unit": "seconds"},
    ),
]

MAX_TEXT = 4 * 1024 * 1024
"""Characters of one text."""
MAX_TEXTS = 200

InstanceStatus = Literal["starting", "running", "unresponsive", "exited"]
"""`unresponsive`: the process is there, but does not say that it can serve."""

Ending = Literal["stopped", "killed", "exited"]
"""How it ended: when asked; by force, as it did not end in time; by itself, before that."""


class TextFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that is given as it stands, and kept with the instance."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Its name, such as `shop.yaml`, `schema.graphql`, `shop/v1/shop.proto`; "
            "others refer to it by that",
        ),
    ]
    text: Annotated[str, Meta(max_length=MAX_TEXT, description="The whole file")]
    served: Annotated[
        bool,
        Meta(description="false where it is no spec, but there for others that refer to it"),
    ] = True


Texts = Annotated[
    tuple[TextFile, ...],
    Meta(
        max_length=MAX_TEXTS,
        description="Specs as texts instead of paths, and what they refer to. A polymock.yaml "
        "among them is the config, and says what is served. Ports that are not given are free",
    ),
]


class ServeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The options of `polymock serve`; None leaves it to the config and the environment."""

    host: Annotated[str | None, Meta(description="Address of the mocks")] = None
    port: Annotated[
        Port | None, Meta(description="Port of the mocks; 0 picks a free one; default: 8080")
    ] = None
    admin_port: Annotated[
        Port | None,
        Meta(
            description="Port of health, logs and the admin API; 0 picks a free one; default: 8081"
        ),
    ] = None
    grpc_port: Annotated[
        Port | None, Meta(description="Port of gRPC mocks; 0 picks a free one; default: 50051")
    ] = None
    workers: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None, Meta(description="Worker processes")
    ] = None
    seed: Annotated[int | None, Meta(description="The same seed gives the same answers")] = None
    journal: Annotated[str | None, Meta(description="The journal's DuckDB file")] = None
    no_journal: Annotated[bool, Meta(description="Record nothing")] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="What is logged")
    ] = "info"
    reload: Annotated[
        bool, Meta(description="Serve specs and config anew when their files change")
    ] = False
    strict: Annotated[bool, Meta(description="Take warnings about specs for errors")] = False
    allow_private: Annotated[
        bool,
        Meta(
            description="Let URLs of specs named here, and their callbacks, be of this machine or "
            "network"
        ),
    ] = False


class StartParams(ServeOptions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Start an instance, of what `specs` and `texts` say, and wait until it serves."""

    specs: Specs = ()
    texts: Texts = ()
    name: Annotated[
        InstanceName | None,
        Meta(description="Its name; default: that of the config's folder, or of the first spec"),
    ] = None
    folder: Annotated[
        str,
        Meta(max_length=4096, description="Where relative paths start; default: where it is asked"),
    ] = ""
    wait: Wait = 30.0

    def __post_init__(self) -> None:
        if self.journal is not None and self.no_journal:
            raise ValueError("`journal` and `no_journal` exclude each other")


class ChangeParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Let an instance serve something else, under its name, at its ports."""

    name: KnownName
    specs: Specs = ()
    texts: Texts = ()
    seed: Annotated[
        int | None, Meta(description="The same seed gives the same answers; default: as before")
    ] = None
    strict: Annotated[
        bool | None, Meta(description="Take warnings about specs for errors; default: as before")
    ] = None
    allow_private: Annotated[
        bool | None,
        Meta(description="Let URLs of specs be of this machine or network; default: as before"),
    ] = None
    folder: Annotated[
        str,
        Meta(max_length=4096, description="Where relative paths start; default: where it is asked"),
    ] = ""
    grace: Grace = 20.0
    wait: Wait = 30.0

    def __post_init__(self) -> None:
        if not self.specs and not self.texts:
            raise ValueError("say what to serve, in `specs` or `texts`")


class StopParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop the named instances, or `all` that run."""

    names: Annotated[
        tuple[str, ...], Meta(max_length=1000, description="The instances' names")
    ] = ()
    all: Annotated[bool, Meta(description="All that run, instead of names")] = False
    grace: Grace = 20.0

    def __post_init__(self) -> None:
        if self.all == bool(self.names):
            both = ", not both" if self.all else ""
            raise ValueError(f"name what to stop in `names`, or say `all`{both}")


class RestartParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Stop an instance and start it again."""

    name: KnownName
    grace: Grace = 20.0
    wait: Wait = 30.0


class ListParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which instances: those that run, or `all`, with those that ended."""

    all: Annotated[bool, Meta(description="Those that ended too")] = False


class ServerLogParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last lines of what an instance printed."""

    name: KnownName
    lines: Annotated[int, Meta(ge=0, le=100_000, description="How many")] = 50


class Address(msgspec.Struct, frozen=True):
    """Where mocks answer: an HTTP URL, or `HOST:PORT` of a protocol's own wire."""

    protocol: str
    url: str
    mocks: tuple[str, ...]


class Instance(msgspec.Struct, frozen=True):
    """A background server.

    `pid` is that of its first process; it is None, as `started` is, where none runs. `uptime` is in
    seconds, `memory` in bytes, of all its processes together. `requests` were answered since the
    start; None where nothing is recorded or it does not tell. `config` is "" where specs were
    named; those are then `specs`. `journal` is "" where nothing is recorded. `note` says what is
    wrong with it, `notes` what it said of itself when it was ready.
    """

    name: str
    status: InstanceStatus
    pid: int | None
    started: datetime | None
    uptime: float | None
    requests: int | None
    memory: int | None
    url: str
    admin_url: str
    addresses: tuple[Address, ...]
    ports: dict[str, int]
    config: str
    specs: tuple[str, ...]
    folder: str
    journal: str
    log: str
    warnings: int
    note: str = ""
    notes: tuple[str, ...] = ()


class SetAside(msgspec.Struct, frozen=True):
    """A file of the registry that could not be read: why, and where it is now ("" if it stayed)."""

    file: str
    why: str
    moved_to: str


class InstanceList(msgspec.Struct, frozen=True):
    """The instances by name, how many more there are that ended, and what could not be read."""

    instances: tuple[Instance, ...]
    hidden: int
    set_aside: tuple[SetAside, ...]


class Stopped(msgspec.Struct, frozen=True):
    """An instance that was stopped, how it ended, and how many seconds that took."""

    name: str
    ending: Ending
    seconds: float


class ServerLog(msgspec.Struct, frozen=True):
    """The end of what an instance printed, line by line, and the file that has all of it."""

    name: str
    file: str
    lines: tuple[str, ...]
