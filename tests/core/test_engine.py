"""The engine over a small contract of the test's own."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from polymock.engine import Engine
from polymock.errors import Forbidden, Invalid, MockError, NoOperation, TooLarge, Unauthenticated
from polymock.interfaces import Answer, Match, Operation
from polymock_schemas.calls import Call, Reply, Violation

ECHO = Operation(name="GET /echo", reads=(b"accept",), cacheable=True)
OPEN = Operation(name="GET /open", guarded=False, cacheable=True)
TICK = Operation(name="GET /tick", cacheable=True)


class EchoContract:
    """Answers with what it was asked, and counts how often it had to."""

    protocol = "echo"
    title = "Echo"
    operations = (ECHO, OPEN, TICK)
    faults = ()
    files = ()
    secrets = ()

    def __init__(self) -> None:
        self.read_calls = 0
        self.refused: list[MockError] = []

    def match(self, call: Call) -> Match:
        for operation in self.operations:
            if operation.name == f"{call.method} {call.path}":
                return Match(operation=operation, captures={})
        raise NoOperation("nothing here")

    def allowed(self, call: Call) -> tuple[str, ...]:
        return ("GET",)

    def identify(self, match: Match, call: Call) -> str:
        return "somebody" if b"authorization" in call.fields else ""

    def read(self, match: Match, call: Call) -> Any:
        self.read_calls += 1
        if call.query == b"bad":
            raise Invalid("bad query", [Violation("query", "is bad")])
        return match.operation, call

    def example(self, reading: Any) -> Answer | None:
        _, call = reading
        return Answer("example", "example") if call.query == b"example" else None

    def sample(self, reading: Any) -> Answer:
        operation, _ = reading
        return Answer(f"sample {self.read_calls}", "sample", stable=operation is not TICK)

    def write(self, reading: Any, answer: Answer) -> Reply:
        operation, _ = reading
        return Reply(
            status=200,
            headers=(),
            body=str(answer.value).encode(),
            source=answer.source,
            operation=operation.name,
            stable=answer.stable,
        )

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        self.refused.append(error)
        status = {NoOperation: 404, Invalid: 422, TooLarge: 413, Forbidden: 403}.get(
            type(error), 401
        )
        return Reply(
            status=status, headers=(), body=error.detail.encode(), source="refusal", stable=True
        )


class KeyStrategy:
    """Knows one key."""

    reads = (b"x-key",)
    secrets = ("x-key",)
    challenge = 'ApiKey name="x-key"'

    def identify(self, call: Call) -> str | None:
        key = call.fields.get(b"x-key")
        if key is None:
            return None
        if key != b"right":
            raise Forbidden("wrong key")
        return "alice"


def call(path: str, query: bytes = b"", fields: Mapping[bytes, bytes] | None = None) -> Call:
    headers = dict(fields or {})
    return Call("GET", path, query, tuple(headers.items()), headers)


def test_an_example_is_preferred_to_a_sample() -> None:
    engine = Engine(EchoContract())
    assert engine.handle(call("/echo", b"example")).source == "example"
    assert engine.handle(call("/echo")).source == "sample"


def test_a_stable_reply_is_made_once_for_each_value_of_what_the_operation_reads() -> None:
    contract = EchoContract()
    engine = Engine(contract)
    first = engine.handle(call("/echo", fields={b"accept": b"a", b"x-other": b"1"}))
    again = engine.handle(call("/echo", fields={b"accept": b"a", b"x-other": b"2"}))
    assert again.body == first.body != engine.handle(call("/echo", fields={b"accept": b"b"})).body
    assert contract.read_calls == 2


def test_a_reply_counts_as_stable_from_its_second_sight_on() -> None:
    engine = Engine(EchoContract())
    first, second, third = (engine.handle(call("/echo")) for _ in range(3))
    assert (first.stable, second.stable) == (False, True)
    assert third is second


def test_a_call_with_a_body_is_remembered_with_it() -> None:
    contract = EchoContract()
    engine = Engine(contract)
    for body in (b"a", b"b", b"a"):
        engine.handle(replace(call("/echo"), body=body))
    assert contract.read_calls == 2


def test_what_no_operation_was_found_for_is_not_remembered() -> None:
    contract = EchoContract()
    engine = Engine(contract)
    for _ in range(2):
        engine.handle(call("/nowhere"))
    assert len(contract.refused) == 2


def test_a_stream_is_not_remembered() -> None:
    class StreamingContract(EchoContract):
        def write(self, reading: Any, answer: Answer) -> Reply:
            return replace(super().write(reading, answer), stream=_nothing())

    contract = StreamingContract()
    engine = Engine(contract)
    first, second = engine.handle(call("/echo")), engine.handle(call("/echo"))
    assert first.stream is not second.stream


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


def test_a_repeated_header_field_is_never_answered_from_memory() -> None:
    contract = EchoContract()
    engine = Engine(contract)
    twice = ((b"accept", b"a"), (b"accept", b"b"))
    for _ in range(2):
        engine.handle(Call("GET", "/echo", b"", twice, dict(twice)))
    assert contract.read_calls == 2


def test_what_changes_from_call_to_call_is_not_remembered() -> None:
    engine = Engine(EchoContract())
    assert engine.handle(call("/tick")).body != engine.handle(call("/tick")).body


def test_a_refusal_names_operation_and_violations() -> None:
    reply = Engine(EchoContract()).handle(call("/echo", b"bad"))
    assert (reply.status, reply.source, reply.operation) == (422, "refusal", "GET /echo")
    assert reply.violations == (Violation("query", "is bad"),)


def test_an_unknown_address_is_refused_without_an_operation() -> None:
    reply = Engine(EchoContract()).handle(call("/nowhere"))
    assert (reply.status, reply.operation) == (404, "")


def test_the_contract_checks_credentials_where_no_strategy_is_named() -> None:
    reply = Engine(EchoContract()).handle(call("/echo", fields={b"authorization": b"x"}))
    assert reply.principal == "somebody"


def test_a_refusal_of_a_known_caller_names_him() -> None:
    fields = {b"authorization": b"x"}
    reply = Engine(EchoContract()).handle(call("/echo", b"bad", fields=fields))
    assert (reply.status, reply.principal) == (422, "somebody")


@pytest.mark.parametrize(
    ("path", "key", "status", "principal"),
    [
        ("/echo", b"right", 200, "alice"),
        ("/echo", b"wrong", 403, ""),
        ("/echo", None, 401, ""),
        ("/open", None, 200, ""),
    ],
)
def test_strategies_name_the_principal_or_refuse(
    path: str, key: bytes | None, status: int, principal: str
) -> None:
    engine = Engine(EchoContract(), [KeyStrategy()])
    fields = {} if key is None else {b"x-key": key}
    for _ in range(2):  # the second time from memory
        reply = engine.handle(call(path, fields=fields))
        assert (reply.status, reply.principal) == (status, principal)


def test_missing_credentials_carry_every_challenge() -> None:
    contract = EchoContract()
    Engine(contract, [KeyStrategy()]).handle(call("/echo"))
    (error,) = contract.refused
    assert isinstance(error, Unauthenticated)
    assert error.challenges == ('ApiKey name="x-key"',)


def test_what_an_edge_could_not_read_is_refused_for_its_operation() -> None:
    reply = Engine(EchoContract()).refuse(call("/echo"), TooLarge("too large"))
    assert (reply.status, reply.operation) == (413, "GET /echo")
