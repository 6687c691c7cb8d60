"""The shapes that plugins implement, and the entry point that declares one.

A plugin's life: its entry point names a `Plugin`; the core decodes the plugin's part of the config
into `Plugin.config` (a msgspec struct, unknown keys refused), calls `Plugin.build(config)` once,
and uses what it returned until the snapshot that it belongs to is replaced.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    Protocol,
    TypeVar,
    runtime_checkable,
)

import msgspec

from polymock.errors import MockError
from polymock_schemas.calls import Call, Headers, Reply, Source
from polymock_schemas.commands import Fault

if TYPE_CHECKING:
    from polymock.commands.dispatching import Dispatcher
    from polymock.jsonschema import Definitions
    from polymock.world.entities import Inference
    from polymock.world.writing import Writer
    from polymock_schemas.mocks import OperationForm

ConfigT = TypeVar("ConfigT", bound=msgspec.Struct)


class NoSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The config of a plugin that has nothing to set."""


class Plugin(msgspec.Struct, Generic[ConfigT], frozen=True):
    """What an entry point of a `polymock.*` group names.

    `build` gets the decoded config and returns what the group asks for: a `ContractReader` for
    `polymock.protocols`, a `Strategy` for `polymock.auth`, a `polymock.stores.Storage` for
    `polymock.storage`, `polymock.commands.command.Commands` for `polymock.commands`, an `Annex` for
    `polymock.admin`.
    """

    config: type[ConfigT]
    build: Callable[[ConfigT], Any]


JOINT = " + "
"""Between the names of the operations that one call asks for."""


class Operation(msgspec.Struct, frozen=True):
    """One thing that a client can call, as every protocol describes it.

    `name` is its identity (`GET /pets/{petId}`, `Query.pet`, `shop.v1.Shop/GetPet`); a call of
    several has their names joined by JOINT. `id` is the document's own name for it, if any.
    `statuses` are the declared ones, for coverage. `reads` are the lower-case header names that
    its answer can depend on, and `cacheable` that it depends on nothing else but method, path,
    query and body. `guarded`: True or False where the contract says that credentials are needed or
    not, None where it says nothing.
    """

    name: str
    id: str = ""
    summary: str = ""
    statuses: tuple[str, ...] = ()
    reads: tuple[bytes, ...] = ()
    cacheable: bool = False
    guarded: bool | None = None


class Match(msgspec.Struct, frozen=True):
    """An operation and what the address said about it: raw captures of the path by name.

    `notes` are the contract's own: what finding the operation brought to light, for `read`.
    """

    operation: Operation
    captures: Mapping[str, str] = {}
    notes: Any = None


class Answer(msgspec.Struct, frozen=True):
    """What will be written: a value of JSON's types (or bytes), and who made it.

    `shape` belongs to the contract alone: which of its declared answers this is. `stable` says
    that the same call always gets this answer.
    """

    value: Any
    source: Source
    shape: Any = None
    stable: bool = True


class Contract(Protocol):
    """A spec, compiled. Immutable, no I/O; its methods are the engine's steps, in order.

    `Reading` (what `read` returns) is the contract's own: the engine only hands it on.
    """

    @property
    def protocol(self) -> str:
        """The protocol's name, as its entry point has it."""
        ...

    @property
    def title(self) -> str:
        """What the document calls itself."""
        ...

    @property
    def operations(self) -> Sequence[Operation]:
        """All of them, for lists and coverage; `reads` and `cacheable` are those of `match`."""
        ...

    @property
    def faults(self) -> Sequence[Fault]:
        """What was found wrong while loading."""
        ...

    @property
    def files(self) -> Sequence[str]:
        """The local files that it was made from."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Names of header fields and query parameters with credentials: the journal hides them."""
        ...

    def match(self, call: Call) -> Match:
        """Find the operation, by the address or, where that does not tell, by the body.

        Raises NoOperation or MethodNotAllowed where there is none; a contract that has to read
        the body for it also what `read` raises.
        """
        ...

    def allowed(self, call: Call) -> tuple[str, ...]:
        """The methods that this address answers, for OPTIONS and CORS; () where none does."""
        ...

    def identify(self, match: Match, call: Call) -> str:
        """Check the credentials that the contract itself asks for, by their form.

        Returns the principal's name ("" for nobody); raises Unauthenticated.
        """
        ...

    def read(self, match: Match, call: Call) -> Any:
        """Decode and validate the call.

        Raises Invalid, Unreadable, UnsupportedMedia, TooLarge, NotAcceptable.
        """
        ...

    def example(self, reading: Any) -> Answer | None:
        """The contract's own example for this reading, or None. Raises NoAnswer, NotAcceptable."""
        ...

    def sample(self, reading: Any) -> Answer:
        """A value made from the schema. Raises NoAnswer, NotAcceptable."""
        ...

    def write(self, reading: Any, answer: Answer) -> Reply:
        """Encode the answer, with the status and headers that the contract declares."""
        ...

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        """Encode a refusal in the protocol's own manner; `match` where one was found."""
        ...

    def examine(self, operation: Operation) -> Sequence[Fault]:
        """Compile and sample one operation, keep nothing of it, and say what is wrong with it."""
        ...

    def problems(self) -> Sequence[Fault]:
        """Everything that is wrong with the contract: `faults`, and each operation examined."""
        ...


class ContractReader(Protocol):
    """What a protocol plugin builds: it knows its documents and compiles them."""

    @property
    def prefix(self) -> str:
        """HTTP prefix where the config names none: `/`, `/graphql`."""
        ...

    @property
    def shares_prefix(self) -> bool:
        """Whether its contracts keep that prefix where others are served too.

        Each call then goes to the first mock whose contract has an operation for it.
        """
        ...

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a document is this protocol's, by its name and first 64 KiB.

        Of a folder it is asked for each file. Import what compiling needs in `compile`, not with
        the plugin's module: every protocol is asked about every document.
        """
        ...

    def compile(self, spec: Spec) -> Contract:
        """Read the document and what it refers to. Raises SpecError with the faults."""
        ...


class Spec(msgspec.Struct, frozen=True):
    """A document to compile, and what its compiler may need to know."""

    location: str
    """A path (of a file, or of a folder of files) or an http(s) URL."""
    name: str
    """The mock's name."""
    include: tuple[str, ...] = ()
    """Further files and folders: where imports are looked for, or parts of the contract."""
    seed: int = 42
    allow_private: bool = False
    callbacks: bool = True


@runtime_checkable
class Worldly(Protocol):
    """A contract whose operations read and write the world that all mocks share.

    Reading, it answers with what was written, and with entities that nobody wrote in such a way
    that they are the same in every protocol; writing, it changes the world, or refuses.
    """

    @property
    def inference(self) -> Inference:
        """Its types whose objects are entities, and what its operations do with them."""
        ...

    def recall(self, reading: Any, world: Writer) -> Answer | None:
        """The world's answer to what `read` returned; None where an example or a sample will do.

        Its source is `world` where somebody wrote what it tells, else `sample`; an example of the
        contract stands until its entity is written. It is stable where the call writes nothing.
        What the call may do is in `world.domain`. Raises NotFound, AlreadyExists,
        PreconditionFailed, Aborted, Unavailable, Invalid, NoAnswer, NotAcceptable.
        """
        ...


@runtime_checkable
class Describing(Protocol):
    """A contract that tells how its operations are called over HTTP."""

    @property
    def definitions(self) -> Definitions:
        """The schemas that those of its descriptions refer to."""
        ...

    def address(self, operation: Operation) -> tuple[str, str]:
        """Method and path below the mock's prefix: `GET`, `/pets/{petId}`."""
        ...

    def describe(self, operation: Operation) -> OperationForm:
        """All that whoever calls it has to know. Compiles the operation. Raises SpecError."""
        ...


@runtime_checkable
class Screening(Protocol):
    """A contract that refuses some calls for what their header fields say."""

    def screen(self, call: Call) -> None:
        """Refuse what need not be read: raises MockError, before the body has come."""
        ...


@runtime_checkable
class Transcribing(Protocol):
    """A contract whose messages are not text on the wire: it says how the journal shows them."""

    def transcribe(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        """The body (of a call or a reply, with its header fields) as UTF-8 JSON text.

        What cannot be read (cut off, malformed) is returned as it is. Called in the background.
        """
        ...


@runtime_checkable
class Framing(Protocol):
    """A contract whose listener gives and takes messages that do not show where they end."""

    def frame(self, headers: Headers, message: bytes) -> bytes:
        """A message of a stream as it stands among others in the body that the journal keeps.

        `headers` are the call's. What already stands for itself is returned as it is.
        """
        ...


PartKind = Literal["parameter", "request", "response", "field", "argument", "input"]
"""What a part of a contract is: a parameter of a call, a property of what is sent or answered; of
GraphQL a field, an argument, or a field of an input type."""


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A part of a contract that a call may exercise, beside operations and their statuses.

    `operation` is its operation's name, "" where it is of no single one. `place` tells where it
    stands: of a parameter `path`, `query`, `header` or `cookie`; of a response the declared status,
    "" for any that is ok; of others what the protocol likes. `name` is its name; of a property the
    way to it, as `polymock.journal.coverage.ways` writes it. `aliases` are other names that it has
    in messages, and methods with path templates that say it (`GET /v1/{name}`). `type` is in the
    contract's own words.
    """

    operation: str
    kind: PartKind
    place: str
    name: str
    type: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()


class Recorded(msgspec.Struct, frozen=True):
    """What a recorded call asked for.

    `query` is its URL's; `body` its body's text or, where that is a JSON object, an object of the
    members that `Accounting.kept` names. `shape` is that object with the names of types in the
    place of other values; None where it is none.
    """

    operation: str
    query: str
    body: str
    shape: Any = None


@runtime_checkable
class Inventoried(Protocol):
    """A contract that can list its parts, for coverage."""

    def parts(self) -> Iterator[Part]:
        """All of them, those of an operation one after the other. Asked in the background, between
        calls, a few at a time: nothing that takes long may come before the first."""
        ...


@runtime_checkable
class Accounting(Protocol):
    """A protocol (a `ContractReader`) that tells by itself which parts a recorded call asks for.

    Asked where there are fields, arguments or fields of input types. Other parts are found by their
    names: parameters in the query and the header fields, properties in JSON and in forms.
    """

    @property
    def kept(self) -> Sequence[str]:
        """The members of a JSON object that tell what is asked for."""
        ...

    def account(self, parts: Sequence[Part]) -> Callable[[Recorded], Iterable[Part]]:
        """A function that tells which of a contract's parts a call exercises, responses aside.

        It never raises: of what cannot be read there are none.
        """
        ...


class Strategy(Protocol):
    """An auth strategy: names the principal of a call."""

    @property
    def reads(self) -> Sequence[bytes]:
        """Lower-case header names that it looks at."""
        ...

    @property
    def challenge(self) -> str:
        """Its `WWW-Authenticate` value (RFC 9110, section 11.6.1)."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """Names of header fields and query parameters with credentials: the journal hides them."""
        ...

    def identify(self, call: Call) -> str | None:
        """The principal's name; None where the call has no credentials of this kind.

        Raises Unauthenticated or Forbidden where it has, and they are wrong.
        """
        ...


AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]
"""An application of ASGI 3: `(scope, receive, send)`."""


class Annex(Protocol):
    """What answers on the admin port beside the API, below a path of its own."""

    @property
    def path(self) -> str:
        """Where: `/mcp`. No trailing slash."""
        ...

    def open(self, dispatcher: Dispatcher) -> AbstractAsyncContextManager[AsgiApp]:
        """The application, while the server runs; what it opens is closed on leaving.

        `scope["state"]["caller"]` is the `Caller` who asks, with the role that the token gave;
        Host and Origin have been checked.
        """
        ...
