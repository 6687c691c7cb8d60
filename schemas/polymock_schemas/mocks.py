"""Commands on the mocks that a server serves: what they are asked with, and what they answer.

The forms at the end are how a contract describes an operation: their schemas are JSON Schema
2020-12 with references of the form `#/$defs/NAME`.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

MAX_CALL = 4 * 1024 * 1024
"""Bytes of a call's body."""

_SECRET = {"secret": True}
"""What may hold credentials: it is not written down with who called. The call itself is recorded as
any other, with what the journal hides."""

MockName = Annotated[str, Meta(max_length=64, description="The mock's name")]
OperationName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        description="The operation's name, such as `GET /pets/{petId}`, `Query.pet`, "
        "`shop.v1.Shop/GetPet`",
    ),
]


class ServedConfig(msgspec.Struct, frozen=True):
    """The config that a server serves, in the shape of polymock.yaml; secrets are `(hidden)`."""

    config: dict[str, Any]


class MockInfo(msgspec.Struct, frozen=True):
    """A mock: its protocol, where it answers over HTTP, and how many operations it has.

    `warnings` are what is wrong with its document, though it is served.
    """

    name: str
    protocol: str
    url: str
    title: str
    operations: int
    warnings: tuple[str, ...]


class OperationsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which operations."""

    mock: Annotated[str, Meta(max_length=64, description="Of this mock; default: of all")] = ""
    text: Annotated[
        str, Meta(max_length=200, description="Those whose name, id or summary has this text")
    ] = ""
    limit: Annotated[int, Meta(ge=1, le=1000, description="At most so many")] = 100
    offset: Annotated[int, Meta(ge=0, le=1_000_000, description="Pass over so many")] = 0


class OperationInfo(msgspec.Struct, frozen=True):
    """An operation, and its address over HTTP, with the mock's prefix; "" where that is not told.

    `id` and `summary` are the document's own words.
    """

    mock: str
    name: str
    id: str
    summary: str
    method: str
    path: str


class OperationPage(msgspec.Struct, frozen=True):
    """Some of the operations; `total` is how many there are in all."""

    items: tuple[OperationInfo, ...]
    total: int


class OperationQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation."""

    operation: OperationName
    mock: Annotated[
        str, Meta(max_length=64, description="Of this mock; needed where several have such a one")
    ] = ""


class DocumentQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document of a mock, from a place on."""

    mock: MockName
    file: Annotated[
        str, Meta(max_length=4096, description="One of its files; default: the first")
    ] = ""
    offset: Annotated[
        int, Meta(ge=0, le=1_000_000_000, description="Pass over so many characters")
    ] = 0
    limit: Annotated[int, Meta(ge=1, le=1_000_000, description="At most so many characters")] = (
        100_000
    )


class Document(msgspec.Struct, frozen=True):
    """Text of a mock's document, as its author wrote it, and the `files` that it is made of.

    `length` is that of the whole file; `text` is what was asked for of it, and "" where the
    document is none of text, or has come from a URL.
    """

    mock: str
    file: str
    files: tuple[str, ...]
    text: str
    offset: int
    length: int


class CallParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One HTTP request to the mocks of a server."""

    path: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=8192,
            pattern="^/",
            description="The path, with its prefix and all, such as `/pets/7` or `/graphql`",
            extra=_SECRET,
        ),
    ]
    method: Annotated[
        str,
        Meta(
            pattern="^[A-Za-z]{1,20}$", description="The method; default: GET, or POST with a body"
        ),
    ] = ""
    query: Annotated[
        dict[str, Any], Meta(description="Query parameters; a list is sent item by item")
    ] = {}
    headers: Annotated[dict[str, str], Meta(max_length=100, description="Header fields")] = {}
    body: Annotated[
        Any,
        Meta(description="A body that is JSON: any value; sent as application/json", extra=_SECRET),
    ] = UNSET
    text: Annotated[
        Annotated[str, Meta(max_length=MAX_CALL)] | None,
        Meta(
            description="A body that is no JSON; say what it is with the header Content-Type",
            extra=_SECRET,
        ),
    ] = None
    session: Annotated[
        str, Meta(max_length=64, description="In this session; without it in the base world")
    ] = ""
    timeout: Annotated[
        float,
        Meta(gt=0, le=60, description="How long it may take", extra={"unit": "seconds"}),
    ] = 10.0


class CallResult(msgspec.Struct, frozen=True):
    """The reply to a request.

    `body` is what it holds where that is JSON, else `text`; bytes that are no text are left out.
    `truncated` tells that the body was longer. `elapsed_ms` is how long it took. `url` is what was
    called.
    """

    status: int
    headers: dict[str, str]
    url: str
    elapsed_ms: float
    bytes: int
    body: Any = None
    text: str = ""
    truncated: bool = False


class ParameterForm(msgspec.Struct, frozen=True):
    """A parameter of an operation: `location` is path, query, header, cookie, or variable."""

    name: str
    location: str
    required: bool
    schema: Any
    description: str = ""


class BodyForm(msgspec.Struct, frozen=True):
    """A body that an operation takes. `example` is one from the document, if it has one."""

    media_type: str
    required: bool
    schema: Any
    example: Any | UnsetType = UNSET


class ReplyForm(msgspec.Struct, frozen=True):
    """A reply that an operation declares: `status` is `200`, `2XX` or `default`."""

    status: str
    media_type: str
    schema: Any
    description: str = ""


class OperationForm(msgspec.Struct, frozen=True):
    """How an operation is called over HTTP, below the prefix of its mock, and what it answers.

    `notes` say what schemas do not.
    """

    method: str
    path: str
    parameters: tuple[ParameterForm, ...] = ()
    bodies: tuple[BodyForm, ...] = ()
    replies: tuple[ReplyForm, ...] = ()
    notes: tuple[str, ...] = ()


class OperationDetail(msgspec.Struct, frozen=True):
    """An operation with its schemas. `path` has the mock's prefix.

    `definitions` are the schemas that others refer to as `#/$defs/NAME`; those named in `left_out`
    were too much. `example` are parameters of the command mocks call that would do.
    """

    mock: str
    protocol: str
    name: str
    id: str
    summary: str
    method: str
    path: str
    parameters: tuple[ParameterForm, ...]
    bodies: tuple[BodyForm, ...]
    replies: tuple[ReplyForm, ...]
    notes: tuple[str, ...]
    definitions: dict[str, Any]
    left_out: tuple[str, ...]
    example: dict[str, Any]
