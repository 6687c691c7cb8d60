"""Services as a contract: the engine's steps, each handed to the module that does it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cached_property

from msgspec.structs import replace

from polymock.errors import MockError, NoOperation, Unreadable
from polymock.interfaces import Answer, Match, Operation, Part, Spec
from polymock.jsonschema import Definitions
from polymock.world.entities import Inference
from polymock.world.writing import Writer
from polymock_grpc.answering.answers import Answers
from polymock_grpc.answering.errors import status_of
from polymock_grpc.answering.wishes import AskedStatus
from polymock_grpc.describing import describe
from polymock_grpc.fields import is_legacy_required
from polymock_grpc.inventory import parts_of
from polymock_grpc.model import Binding, GrpcReading, Metadata, Method, Wire
from polymock_grpc.settings import GrpcSettings
from polymock_grpc.spec.document import ProtoDocument
from polymock_grpc.transcription import Transcriber, frame
from polymock_grpc.wires.choosing import NATIVE_READS, READS, Wires, speaks_grpc
from polymock_grpc.wires.deadlines import deadline_of
from polymock_grpc.wires.native import MISPLACED, is_misplaced, is_native
from polymock_grpc.world.recalling import Recalling
from polymock_grpc.world.schemas import MessageSchemas
from polymock_schemas.calls import Call, Headers, Reply
from polymock_schemas.commands import Fault
from polymock_schemas.mocks import OperationForm

_NO_METADATA = Metadata()


class GrpcContract:
    """Implements `polymock.interfaces.Contract`, `Worldly`, `Inventoried`, `Screening`,
    `Transcribing`, `Framing`.

    Listeners look at `document` and `settings` too.
    """

    protocol = "grpc"
    secrets: Sequence[str] = ("authorization",)

    def __init__(self, document: ProtoDocument, spec: Spec, settings: GrpcSettings) -> None:
        self.document = document
        self.settings = settings
        self.title = document.title
        self.faults: Sequence[Fault] = document.faults
        self.files = document.files
        self._spec = spec
        self._answers = Answers(document, settings, spec.seed)
        self._recalling = Recalling(document.methods, document.registry, self._answers)
        self._wires = Wires(document.methods, document.registry)
        self._transcriber = Transcriber(document.registry)
        self._methods = {method.name: method for method in document.methods}
        self._operations = {each.name: _operation(each, READS) for each in document.methods}
        self._native = {each.path: _operation(each, NATIVE_READS) for each in document.methods}
        self.operations: Sequence[Operation] = tuple(self._operations.values())

    def screen(self, call: Call) -> None:
        """Refuse native gRPC on the HTTP port, whose stream may stay open. Raises NoOperation."""
        if is_misplaced(call):
            raise NoOperation(MISPLACED)

    def match(self, call: Call) -> Match:
        """Find the method by path, or by its HTTP rules, and the wire by what the call says."""
        binding = self._wires.find(call)
        method = binding.method
        if is_native(call):
            return Match(self._native[method.path], notes=binding)
        return Match(self._operations[method.name], notes=binding)

    def allowed(self, call: Call) -> tuple[str, ...]:
        """The HTTP methods that an address answers."""
        return self._wires.allowed(call)

    def identify(self, match: Match, call: Call) -> str:
        """Services declare no credentials: anybody may call."""
        return ""

    def read(self, match: Match, call: Call) -> GrpcReading:
        """Decode the messages in the body, and check them by their rules."""
        method, wire = _binding(match)
        if not is_native(call):  # a listener has read the deadline itself
            call.deadline = deadline_of(call)
        reading = GrpcReading(method, wire, call, wire.decode(method, call))
        self._answers.check(reading)
        return reading

    @property
    def inference(self) -> Inference:
        """Its message types that have a key, and what its methods do with them."""
        return self._recalling.inference

    def recall(self, reading: GrpcReading, world: Writer) -> Answer | None:
        """What methods that get, list, create, update and delete say of the world."""
        return self._recalling.recall(reading, world)

    def example(self, reading: GrpcReading) -> None:
        """Services have no examples."""

    def sample(self, reading: GrpcReading) -> Answer:
        """A message, or an iterator of them, made from the output's type."""
        return self._answers.sample(reading)

    def write(self, reading: GrpcReading, answer: Answer) -> Reply:
        """Encode the answer as its wire does."""
        method, wire, call = reading.method, reading.wire, reading.call
        if isinstance(answer.value, AsyncIterator):
            reply = wire.encode_stream(method, call, answer.value, _NO_METADATA)
        else:
            reply = wire.encode(method, call, answer.value, _NO_METADATA)
        return replace(
            reply,
            source=answer.source,
            stable=answer.stable,
            request_messages=len(reading.messages),  # those of a listener's stream are counted
        )

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        """A status, as the call's wire writes it."""
        status = status_of(error, as_grpc=speaks_grpc(call))
        if match is None:
            return self._wires.refuse(call, status)
        method, wire = _binding(match)
        reply = wire.refuse(call, status, method)
        if isinstance(error, AskedStatus):
            return replace(reply, source="sample")
        # gRPC calls bytes that are no message INTERNAL; yet the caller made them.
        return replace(reply, outcome="client_error") if isinstance(error, Unreadable) else reply

    def transcribe(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        """A body as JSON text; a stream's as an array of its messages."""
        method = self._methods.get(operation)
        if method is None:
            return body
        return self._transcriber.text(method, headers, body, is_reply=is_reply)

    def frame(self, headers: Headers, message: bytes) -> bytes:
        """A message of a native stream behind its length, as other wires send it."""
        return frame(headers, message)

    def parts(self) -> Iterator[Part]:
        """The fields of requests and answers."""
        for method in self.document.methods:
            yield from parts_of(method)

    @cached_property
    def definitions(self) -> Definitions:
        """The message types, as JSON Schema."""
        return MessageSchemas(self.document.registry, is_legacy_required)

    def address(self, operation: Operation) -> tuple[str, str]:
        """That of the Connect protocol, which takes and gives JSON."""
        return "POST", self._methods[operation.name].path

    def describe(self, operation: Operation) -> OperationForm:
        """The messages of a method, as JSON."""
        return describe(self._methods[operation.name])

    def examine(self, operation: Operation) -> Sequence[Fault]:
        """Sample the method's messages, and say what is wrong with them."""
        method = self._methods[operation.name]
        wrong = self._answers.diagnose(method)
        return (self._warning(method.name, wrong),) if wrong else ()

    def problems(self) -> Sequence[Fault]:
        """All faults of the document, and of every method."""
        found = [*self.faults, *(self._warning("", wrong) for wrong in self._wires.faults)]
        for operation in self.operations:
            found.extend(self.examine(operation))
        return tuple(dict.fromkeys(found))

    def _warning(self, path: str, message: str) -> Fault:
        return Fault(level="warning", file=self._spec.location, path=path, message=message)


def _operation(method: Method, reads: tuple[bytes, ...]) -> Operation:
    streams = method.client_streaming or method.server_streaming
    return Operation(name=method.name, reads=reads, cacheable=not streams)


def _binding(match: Match) -> tuple[Method, Wire]:
    binding: Binding = match.notes
    return binding.method, binding.wire
