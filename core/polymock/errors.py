"""Every error that Polymock raises on purpose.

    MockError                     an answer to the caller: the contract writes it in its own manner
    ├── NoOperation               nothing of this contract answers here
    ├── MethodNotAllowed          something does, but by other methods
    ├── Unauthenticated           no credentials, or not of the asked form
    ├── Forbidden                 credentials, but wrong ones
    ├── Invalid                   the call breaks the contract; lists the violations
    ├── Unreadable                the bytes are not what they say (malformed body, charset, path)
    ├── TooLarge                  larger than a limit allows
    ├── UnsupportedMedia          a body of a type that the operation does not take
    ├── NotAcceptable             no answer of a type that the caller takes
    ├── DeadlineExceeded          the caller's own time limit has passed
    ├── Cancelled                 the caller gave up
    ├── NotFound                  the world has no such entity
    ├── AlreadyExists             the world has an entity of this key already
    ├── PreconditionFailed        the entity is not as the caller says that it must be
    ├── Aborted                   somebody else wrote at the same time, or others stand against it
    ├── Unavailable               the store cannot be reached or written
    └── NoAnswer                  the contract cannot give the answer that was asked for
    UserError                     what a user brought is wrong: says what, where, what to do
    ├── ConfigError               polymock.yaml, the environment, the command line
    ├── SpecError                 a contract's document; carries the faults
    ├── PluginError               a plugin is missing, broken or named twice
    ├── CommandError              a command cannot be carried out; says of what kind that is
    │   └── WorldError            on the world, its sessions or seeds
    ├── StoreError                the world's store cannot be opened
    ├── JournalError              the journal is locked, refused a query
    │   └── DamagedJournal        its file cannot be read, in part or at all
    └── ServerError               a port is taken, a worker does not start
    Unsatisfiable                 no value satisfies a schema; carries the path

Names are neutral of protocol: no HTTP status, no gRPC code. A contract maps them.
"""

from __future__ import annotations

from collections.abc import Sequence

from polymock_schemas.calls import Violation
from polymock_schemas.commands import Fault, RefusalKind


class MockError(Exception):
    """Refuses a call. `detail` tells the caller what is wrong and what would be right."""

    def __init__(self, detail: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)


class NoOperation(MockError):
    """Nothing of the contract answers at this address."""


class MethodNotAllowed(MockError):
    """The address exists for other methods: `allowed`, upper-case."""

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class Unauthenticated(MockError):
    """Credentials are missing or malformed. `challenges` are `WWW-Authenticate` values."""

    def __init__(self, detail: str, challenges: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.challenges = tuple(challenges)


class Forbidden(MockError):
    """The credentials are known not to suffice."""


class Invalid(MockError):
    """The call was read, and breaks the contract as `violations` list."""


class Unreadable(MockError):
    """The bytes of the call cannot be read as what they claim to be."""


class TooLarge(MockError):
    """A part of the call is larger than a limit; the detail names the limit."""


class UnsupportedMedia(MockError):
    """The body's media type is none of `accepted`."""

    def __init__(self, detail: str, accepted: Sequence[str]) -> None:
        super().__init__(detail)
        self.accepted = tuple(accepted)


class NotAcceptable(MockError):
    """None of the media types that the contract can answer in (`offered`) is accepted."""

    def __init__(self, detail: str, offered: Sequence[str]) -> None:
        super().__init__(detail)
        self.offered = tuple(offered)


class DeadlineExceeded(MockError):
    """The time that the caller gave for the whole answer has passed."""


class Cancelled(MockError):
    """The caller gave up before the answer was whole: nobody hears it, but it is recorded."""


class NotFound(MockError):
    """The world has no entity of this key in the collection."""

    def __init__(self, detail: str, collection: str = "", key: str = "") -> None:
        super().__init__(detail)
        self.collection = collection
        self.key = key


class AlreadyExists(MockError):
    """The world has an entity of this key in the collection already."""

    def __init__(self, detail: str, collection: str = "", key: str = "") -> None:
        super().__init__(detail)
        self.collection = collection
        self.key = key


class PreconditionFailed(MockError):
    """The caller said what the entity must be like (`If-Match`, an etag), and it is not."""


class Aborted(MockError):
    """Somebody else wrote the same entity, or other entities stand against what was asked."""


class Unavailable(MockError):
    """The store cannot be reached, or cannot write; nothing was changed."""


class NoAnswer(MockError):
    """The asked-for answer (status code, example name) is not in the contract, or no value can
    satisfy its schema. `asked` tells whether the caller asked for it by name."""

    def __init__(self, detail: str, *, asked: bool) -> None:
        super().__init__(detail)
        self.asked = asked


class UserError(Exception):
    """What a user brought is wrong. `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(UserError):
    """The config, the environment or the command line is wrong."""


class SpecError(UserError):
    """A contract's document cannot be served; `faults` say where and why."""

    def __init__(self, message: str, faults: Sequence[Fault] = (), hint: str = "") -> None:
        super().__init__(message, hint)
        self.faults = tuple(faults)

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> SpecError:
        """The error that carries some faults, one at least, and tells the first of them."""
        first = faults[0]
        place = f"{first.file}:{first.path}" if first.path else first.file
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return cls(f"{place}: {first.message}{more}", faults, first.hint)


class PluginError(UserError):
    """A plugin is missing, broken, or named by two distributions."""


class CommandError(UserError):
    """A command cannot be carried out: of what `kind` that is, and what is wrong where."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        kind: RefusalKind = "wrong",
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.violations = tuple(violations)


class WorldError(CommandError):
    """A command on the world, its sessions, snapshots or seeds cannot be carried out."""


class StoreError(UserError):
    """The world's store cannot be opened."""


class JournalError(UserError):
    """The journal cannot be opened, or refused a query."""


class DamagedJournal(JournalError):
    """The journal's file or its write-ahead log is damaged.

    `in_log` tells whether it is the log; `whole` is how many bytes of it come before the damage.
    """

    def __init__(
        self, message: str, hint: str = "", *, in_log: bool = False, whole: int = 0
    ) -> None:
        super().__init__(message, hint)
        self.in_log = in_log
        self.whole = whole


class ServerError(UserError):
    """A port is taken, or a worker does not start."""


class Unsatisfiable(Exception):
    """No value satisfies a schema. `path` is the JSON Pointer of the contradiction in it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path = path
        self.reason = reason
