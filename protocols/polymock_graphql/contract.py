"""A GraphQL schema as a contract: the engine's steps, each handed to the module that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from graphql import GraphQLSchema
from msgspec.structs import replace

from polymock.errors import MethodNotAllowed, MockError, NoOperation
from polymock.interfaces import Answer, Match, Operation, Part, Spec
from polymock.jsonschema import Definitions
from polymock.samples import Sampler
from polymock.wires import Flow, Socket
from polymock.world.entities import Inference
from polymock.world.writing import Writer as WorldWriter
from polymock_graphql.conversing import legacy, transport
from polymock_graphql.describing import describe
from polymock_graphql.graphiql import page
from polymock_graphql.inventory import parts_of
from polymock_graphql.model import Asset, GraphqlDocument, GraphqlReading, Planner
from polymock_graphql.planning.planner import SchemaPlanner
from polymock_graphql.read import Reader
from polymock_graphql.reading.documents import READS, Documents
from polymock_graphql.reading.negotiation import ANYTHING, wants_page
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.spec.problems import problems
from polymock_graphql.write import Writer, write_asset
from polymock_graphql.writing.refusals import refuse
from polymock_schemas.calls import Call, Headers, Reply
from polymock_schemas.commands import Fault
from polymock_schemas.mocks import OperationForm

METHODS = ("GET", "HEAD", "POST")
_PAGE = Operation(name="", reads=READS, cacheable=True, guarded=False)
"""Of GraphiQL, which is no operation and for everybody."""


class GraphqlContract:
    """Implements `polymock.interfaces.Contract`, `Worldly`, `Inventoried`, `Describing` and
    `Framing`, and `polymock.wires.Conversing`."""

    protocol = "graphql"
    subprotocols = (transport.SUBPROTOCOL, legacy.SUBPROTOCOL)
    secrets: Sequence[str] = ()

    def __init__(
        self,
        document: GraphqlDocument,
        spec: Spec,
        settings: GraphqlSettings,
        planner: Planner | None = None,
    ) -> None:
        self._document = document
        self._shows_page = settings.graphiql
        sampler = Sampler(document.schemas.definitions)
        self._plans: Planner = planner or SchemaPlanner(document, sampler, spec.seed, settings)
        self._reader = Reader(Documents(document.schema, self._plans, settings), settings)
        self._writer = Writer(settings)
        self.title = document.title
        self.faults: Sequence[Fault] = document.faults
        self.files = document.files
        self.operations = tuple(_operations(document.schema))

    def match(self, call: Call) -> Match:
        """Find the operations of the document; what it says else is in the notes."""
        if call.path != "/":
            return self._match_asset(call)
        if call.method not in METHODS:
            raise MethodNotAllowed(f"GraphQL is asked by POST or GET, not {call.method}.", METHODS)
        accept = call.fields.get(b"accept", ANYTHING)
        if self._shows_page and call.method != "POST" and wants_page(accept):
            return _match_file(call, page.show(call.prefix, self.title))
        return self._reader.read(call)

    def allowed(self, call: Call) -> tuple[str, ...]:
        """GET, HEAD and POST; GraphiQL's own files are only read."""
        if call.path == "/":
            return METHODS
        return METHODS[:2] if self._shows_page and page.find(call.path) else ()

    def identify(self, match: Match, call: Call) -> str:
        """Nobody: a GraphQL schema does not say which credentials it wants."""
        return ""

    def read(self, match: Match, call: Call) -> GraphqlReading | Asset:
        """What finding the operations brought to light."""
        reading: GraphqlReading | Asset = match.notes
        return reading

    def example(self, reading: GraphqlReading | Asset) -> Answer | None:
        """None: what examples a schema has are part of the samples."""
        return None

    def sample(self, reading: GraphqlReading | Asset) -> Answer:
        """The response, run by the plan. Raises InvalidRequest, LimitExceeded."""
        if isinstance(reading, Asset):
            return Answer(None, "")
        return self._writer.answer(reading)

    @property
    def inference(self) -> Inference:
        """The types whose objects are entities, and what the root fields do with them."""
        return self._plans.inference

    def recall(self, reading: GraphqlReading | Asset, world: WorldWriter) -> Answer | None:
        """The response, run by the plan in the world; None where the call asks for no world: a
        file's, or one that chooses its values by `Prefer`. Raises InvalidRequest, LimitExceeded."""
        if isinstance(reading, Asset) or reading.preferences.is_apart or not world.domain.kinds:
            return None
        return self._writer.answer(reading, world)

    def write(self, reading: GraphqlReading | Asset, answer: Answer) -> Reply:
        """A GraphQL response in the media type that the client wants."""
        if isinstance(reading, Asset):
            return write_asset(reading)
        return self._writer.write(reading, answer)

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        """A GraphQL response without data."""
        return refuse(call, error)

    def parts(self) -> Iterator[Part]:
        """Fields, arguments, and fields of input types."""
        return parts_of(self._document.schema)

    @property
    def definitions(self) -> Definitions:
        """The schema's types, as JSON Schema."""
        return self._document.schemas.definitions

    def address(self, operation: Operation) -> tuple[str, str]:
        """That of all: a POST."""
        return "POST", "/"

    def describe(self, operation: Operation) -> OperationForm:
        """A query that asks for a root field, and its variables."""
        return describe(self._document.schema, operation.name)

    def examine(self, operation: Operation) -> Sequence[Fault]:
        """Nothing: what is wrong with a type is a fault of the document."""
        return ()

    def problems(self) -> Sequence[Fault]:
        """All faults of the document."""
        return problems(self._document)

    def frame(self, headers: Headers, message: bytes) -> bytes:
        """A result that went over a WebSocket, on a line of its own in the journal."""
        is_socket = any(name == b"sec-websocket-protocol" for name, _ in headers)
        return message + b"\n" if is_socket else message

    async def converse(
        self, call: Call, subprotocol: str, socket: Socket, answer: Callable[[Call], Flow]
    ) -> None:
        """Talk GraphQL over a WebSocket."""
        talk = legacy.talk if subprotocol == legacy.SUBPROTOCOL else transport.talk
        if subprotocol not in self.subprotocols:
            await socket.close(4406, "Subprotocol not acceptable")
        else:
            await talk(call, socket, answer)

    def _match_asset(self, call: Call) -> Match:
        asset = page.find(call.path) if self._shows_page else None
        if asset is None:
            raise NoOperation(f"Nothing in the contract answers at {call.path[:1000]}.")
        if call.method not in METHODS[:2]:
            raise MethodNotAllowed(f"This is a file, and not for {call.method}.", METHODS[:2])
        return _match_file(call, asset)


def _match_file(call: Call, asset: Asset) -> Match:
    return Match(_PAGE, notes=replace(asset, is_head=True) if call.method == "HEAD" else asset)


def _operations(schema: GraphQLSchema) -> Iterator[Operation]:
    """One for each field of the root types; its summary is the first line that describes it."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    for root in filter(None, roots):
        for name, field in root.fields.items():
            lines = (field.description or "").strip().splitlines()
            yield Operation(name=f"{root.name}.{name}", summary=lines[0] if lines else "")
