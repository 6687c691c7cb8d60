"""The structs of polymock.yaml. Unknown keys are errors; every key has a default but `spec`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65535, description="TCP port; 0 picks a free one")]
Size = Annotated[
    Annotated[str, Meta(pattern=r"^\d{1,15} ?([kKMG]i?)?B?$")] | Annotated[int, Meta(ge=0)],
    Meta(description="A size in bytes: a number, or text such as `64KiB` or `10MB`"),
]
Duration = Annotated[
    Annotated[str, Meta(pattern=r"^\d{1,9} ?(ms|s|m|h|d)?$")] | Annotated[int, Meta(ge=0)],
    Meta(description="A time in seconds: a number, or text such as `500ms`, `30s`, `7d`"),
]
PluginChoice = (
    str
    | Annotated[
        dict[str, Any],
        Meta(
            extra_json_schema={
                "properties": {"type": {"type": "string", "description": "The plugin's name"}},
                "required": ["type"],
            }
        ),
    ]
)
"""A plugin by its bare name, or a table with its name under `type` and its settings beside it."""


class MockConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One mock: a contract served at one address."""

    spec: Annotated[
        str, Meta(min_length=1, description="The contract: a file's path or an http(s) URL")
    ]
    name: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None,
        Meta(description="Default: the file's stem"),
    ] = None
    protocol: Annotated[
        str | None, Meta(description="A plugin of `polymock.protocols`; default: recognised")
    ] = None
    at: Annotated[
        Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?$")] | None,
        Meta(description="HTTP prefix, such as `/shop`; default: the protocol's own"),
    ] = None
    auth: Annotated[
        tuple[str, ...] | None,
        Meta(description="Names under `auth:`; default: what the contract asks, checked by form"),
    ] = None
    include: Annotated[
        tuple[str, ...],
        Meta(
            description="Further files and folders: where a .proto's imports are looked for, or "
            "more SDL of the same schema"
        ),
    ] = ()
    allow_private: Annotated[
        bool,
        Meta(description="Admit loopback and private addresses for spec URLs and callbacks"),
    ] = False
    callbacks: Annotated[bool, Meta(description="Send the callbacks that the contract names")] = (
        True
    )
    options: Annotated[
        dict[str, Any], Meta(description="Settings of the protocol's own plugin")
    ] = {}


class TlsConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """TLS of every mock, over HTTP and gRPC alike. Files are PEM."""

    cert: Annotated[str, Meta(description="Certificate chain; relative to the config's folder")]
    key: Annotated[str, Meta(description="Private key, not encrypted")]
    client_ca: Annotated[
        str | None, Meta(description="Ask clients for a certificate that these authorities signed")
    ] = None


class ServerConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Addresses, processes and limits of `polymock serve`."""

    host: Annotated[str, Meta(description="Address of the mocks")] = "127.0.0.1"
    port: Port = 8080
    grpc_port: Port = 50051
    grpc_listener: Annotated[
        Literal["native", "grpcio"] | None,
        Meta(description="Who serves gRPC; default: native where its wheel is installed"),
    ] = None
    ports: Annotated[
        dict[str, Port],
        Meta(description="Ports of other protocols' listeners, by protocol; default: a free one"),
    ] = {}
    tls: Annotated[TlsConfig | None, Meta(description="TLS of every mock; default: none")] = None
    admin_host: Annotated[
        str, Meta(description="Address of the admin API; any but loopback asks for a token")
    ] = "127.0.0.1"
    admin_port: Port = 8081
    admin_auth: Annotated[
        bool, Meta(description="Ask for a token of the admin API on loopback, too")
    ] = False
    admin_hosts: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(\*\.)?[A-Za-z0-9._:-]{1,253}$")], ...],
        Meta(description="More names that the admin API goes by: `mocks.test`, `*.mocks.test`"),
    ] = ()
    admin_rate: Annotated[
        int,
        Meta(
            ge=0, description="Requests a minute that one caller may send to the admin API; 0: any"
        ),
    ] = 6000
    tokens: Annotated[
        str | None,
        Meta(description="File of the admin API's tokens; default: in the user's state folder"),
    ] = None
    policy: Annotated[
        str | None, Meta(description="File that says what the roles of tokens may do")
    ] = None
    workers: Annotated[int, Meta(ge=1, le=256, description="Worker processes")] = 1
    cors: Annotated[bool, Meta(description="Answer browsers from other origins")] = True
    max_body: Annotated[Size, Meta(description="Largest request body; above it 413")] = "16MiB"


Rule = Literal["restrict", "cascade", "detach"]
Role = Literal["get", "list", "create", "update", "replace", "delete"]


class CollectionConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One collection of the world: what is inferred of it can be set otherwise."""

    enabled: Annotated[
        bool, Meta(description="false leaves its operations to examples and samples")
    ] = True
    file: Annotated[
        str | None,
        Meta(description="Entities to begin with: a JSON, JSON Lines, YAML or CSV file"),
    ] = None
    key: Annotated[str | None, Meta(description="The property that tells entities apart")] = None
    types: Annotated[
        tuple[str, ...],
        Meta(description="Types of the contracts that it holds: `Product`, or `shop.Product`"),
    ] = ()
    bind: Annotated[
        dict[str, Role],
        Meta(description="What operations do with it: `GET /pet-of-the-day: get`"),
    ] = {}
    unbind: Annotated[
        tuple[str, ...], Meta(description="Operations that have nothing to do with it")
    ] = ()
    references: Annotated[
        dict[str, str | None],
        Meta(
            description="Properties that hold another entity's key, and its collection; null: none"
        ),
    ] = {}
    on_delete: Annotated[
        Rule | None,
        Meta(
            description="What a delete does to those who refer to the entity: `restrict` refuses "
            "it, `cascade` deletes them too, `detach` takes the reference out; default: detach "
            "where the reference may be absent, else cascade"
        ),
    ] = None
    strict: Annotated[
        bool | None, Meta(description="Nothing is there that nobody wrote; default: the world's")
    ] = None


class WorldConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What answers are made from, and what is remembered."""

    seed: Annotated[int, Meta(description="The same seed gives the same answers")] = 42
    enabled: Annotated[bool, Meta(description="false remembers nothing of what is written")] = True
    strict: Annotated[
        bool, Meta(description="Keys that nobody wrote are not found, and references must exist")
    ] = False
    store: Annotated[
        PluginChoice,
        Meta(description="Where it is kept: `sqlite`, `memory`, or a table with `type`"),
    ] = "sqlite"
    session_ttl: Annotated[
        Duration, Meta(description="A session ends when it was not used for so long")
    ] = "1h"
    on_delete: Annotated[
        Rule | None, Meta(description="The default of every collection's `on_delete`")
    ] = None
    seed_from_examples: Annotated[
        bool,
        Meta(
            description="Begin with the entities in the contracts' examples, where a collection "
            "has no file"
        ),
    ] = False
    collections: Annotated[
        dict[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")], CollectionConfig],
        Meta(description="Collections by name: plural, in snake_case"),
    ] = {}


class JournalConfig(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The DuckDB file of exchanges."""

    path: Annotated[str, Meta(description="The file; relative to the config's folder")] = (
        "polymock.duckdb"
    )
    enabled: Annotated[bool, Meta(description="false records nothing")] = True
    bodies: Annotated[Size, Meta(description="Keep this much of each body")] = "64KiB"
    redact: Annotated[
        tuple[str, ...],
        Meta(
            description="What to hide: header names, and JSON paths (RFC 9535 without filters, "
            "slices and lists of names): `$.card.number` from the top of each message, "
            "`$..email` at any depth, `$.items[*].secret`; Authorization, Cookie and the names "
            "that the contracts' own credentials have are hidden anyway"
        ),
    ] = ()
    retain: Annotated[
        Duration | None, Meta(description="Delete exchanges older than this: `90s`, `12h`, `7d`")
    ] = None
    archive: Annotated[
        Duration | None,
        Meta(
            description="Move days (UTC) that ended this long ago into Parquet files beside the "
            "journal, still in `requests`: `0s`, `1d`, `30d`; default: all stay in the one file"
        ),
    ] = None


class Config(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole of polymock.yaml (or .toml, .json)."""

    mocks: Annotated[tuple[MockConfig, ...], Meta(description="What is served")] = ()
    server: Annotated[ServerConfig, Meta(description="Addresses, processes and limits")] = (
        ServerConfig()
    )
    world: Annotated[WorldConfig, Meta(description="What answers are made from")] = WorldConfig()
    auth: Annotated[
        dict[str, PluginChoice],
        Meta(description="Auth strategies by name: a plugin's name, or a table with `type`"),
    ] = {}
    observers: Annotated[
        tuple[PluginChoice, ...],
        Meta(
            description="Who is told of events: `webhook`, `log`, `prometheus`, `opentelemetry`, "
            "or a table with `type`, a `name`, and the plugin's settings"
        ),
    ] = ()
    journal: Annotated[JournalConfig, Meta(description="The DuckDB file of exchanges")] = (
        JournalConfig()
    )
