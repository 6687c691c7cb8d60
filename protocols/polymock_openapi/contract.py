"""An OpenAPI document as a contract: the engine's steps, each handed to the module that does it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from polymock.errors import Invalid, MethodNotAllowed, MockError, NoOperation, SpecError
from polymock.interfaces import Answer, Match, Operation, Part, Spec
from polymock.jsonschema import Definitions
from polymock.routing import Router
from polymock.samples import Sampler
from polymock.world.entities import Inference
from polymock.world.writing import Writer as World
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.answering.declared_errors import DeclaredErrors
from polymock_openapi.answering.refusals import refuse
from polymock_openapi.describing import describe
from polymock_openapi.inventory import most_properties, parts_of
from polymock_openapi.model import Endpoint, MediaType, Reading
from polymock_openapi.read import Reader
from polymock_openapi.reading.security import identify
from polymock_openapi.spec.document import OpenApiDocument, Route
from polymock_openapi.world.examples import Examples
from polymock_openapi.world.inferring import infer
from polymock_openapi.world.recalling import Recaller
from polymock_openapi.write import Writer
from polymock_schemas.calls import Call, Reply
from polymock_schemas.commands import Fault
from polymock_schemas.mocks import OperationForm

_EXPRESSION = re.compile(r"\{([+/.?&#]?)[^{}]*?(\*?)\}")
_ANY = "*"


class Served(msgspec.Struct, frozen=True):
    """One operation, compiled on its first call: who reads, answers, writes and refuses it."""

    endpoint: Endpoint
    operation: Operation
    reader: Reader
    answerer: Answerer
    writer: Writer
    errors: DeclaredErrors


class OpenApiContract:
    """Implements `polymock.interfaces.Contract`, `Worldly`, `Inventoried` and `Describing`."""

    protocol = "openapi"

    def __init__(self, document: OpenApiDocument, spec: Spec) -> None:
        self._document = document
        self._spec = spec
        self._sampler = Sampler(document.definitions)
        self._router = Router(_addresses(document))
        self._routes = {route.name: route for route in document.routes}
        self._served: dict[str, Served] = {}
        self._recaller = Recaller(self._sampler, self._answerer)
        self.title = document.title
        self.faults: Sequence[Fault] = document.faults
        self.files = document.files
        self.secrets = document.secrets
        self.operations = tuple(
            Operation(
                name=route.name,
                id=route.operation_id,
                summary=route.summary,
                statuses=route.statuses,
            )
            for route in document.routes
        )

    def match(self, call: Call) -> Match:
        """Find the operation by method and raw path; HEAD is answered by GET."""
        found = self._router.find(call.method, call.path)
        if found is None and call.method == "HEAD":
            found = self._router.find("GET", call.path)
        if found is None:
            allowed = self.allowed(call)
            if allowed:
                raise _other_methods(call, allowed)
            raise NoOperation(f"Nothing in the contract answers at {call.path}.")
        route, captures = found
        return Match(operation=self._serve(route).operation, captures=captures)

    def allowed(self, call: Call) -> tuple[str, ...]:
        """The methods of the most static template that this path fits; HEAD goes with GET.

        A browser's preflight also learns of a method that it asks for and only a less static
        template has, as that call would be answered.
        """
        found = self._methods.find(_ANY, call.path)
        if found is None:
            return ()
        methods = found[0]
        if "GET" in methods and "HEAD" not in methods:
            methods = (*methods, "HEAD")
        asked = call.fields.get(b"access-control-request-method", b"").decode("latin-1")
        if asked and asked not in methods and self._router.find(asked, call.path):
            return (*methods, asked)
        return methods

    @cached_property
    def _methods(self) -> Router[tuple[str, ...]]:
        """The methods of each template, sorted."""
        templates: dict[str, tuple[str, set[str]]] = {}
        for method, template, _ in _addresses(self._document):
            alike = _EXPRESSION.sub(r"{\1\2}", template)  # names tell no templates apart
            templates.setdefault(alike, (template, set()))[1].add(method)
        return Router(
            (_ANY, template, tuple(sorted(methods))) for template, methods in templates.values()
        )

    def identify(self, match: Match, call: Call) -> str:
        """Check the form of the credentials that the operation's `security` asks for."""
        return identify(self._served[match.operation.name].endpoint, call)

    def read(self, match: Match, call: Call) -> Reading:
        """Decode and validate parameters and body.

        A path whose captures are wrong and which fits a more static template, without this
        method, is that one's: `GET /orders/7:cancel` is no wrong order id.
        """
        try:
            return self._served[match.operation.name].reader.read(call, match.captures)
        except Invalid as error:
            if any(violation.location.startswith("path.") for violation in error.violations):
                allowed = self.allowed(call)
                if call.method not in allowed:
                    raise _other_methods(call, allowed) from error
            raise

    @cached_property
    def inference(self) -> Inference:
        """Its collections and items, and what operations do with them."""
        told = infer(self._document, self._sampler)
        examples = Examples(told.kinds, told.bindings, self._compiled)
        return replace(told, examples=examples)

    def _compiled(self, operation: str) -> Endpoint:
        return self._document.endpoint(self._routes[operation])

    def recall(self, reading: Reading, world: World) -> Answer | None:
        """What the world says; None where an example or a sample will do."""
        return self._recaller.recall(reading, world)

    def example(self, reading: Reading) -> Answer | None:
        """The document's own example."""
        return self._served[reading.endpoint.name].answerer.example(reading)

    def sample(self, reading: Reading) -> Answer:
        """A value made from the response's schema."""
        return self._served[reading.endpoint.name].answerer.sample(reading)

    def write(self, reading: Reading, answer: Answer) -> Reply:
        """Status, headers and body as the document declares them."""
        return self._served[reading.endpoint.name].writer.write(reading, answer)

    def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
        """Problem details (RFC 9457)."""
        if match is None:
            return refuse(call, error)
        served = self._served[match.operation.name]
        return refuse(call, error, served.endpoint, served.errors)

    def parts(self) -> Iterator[Part]:
        """Parameters and properties; each operation is compiled anew, and nothing of it kept."""
        most = most_properties(len(self._document.routes))
        for route in self._document.routes:
            try:
                endpoint = self._document.endpoint(route)
            except SpecError:
                continue  # it is answered by a refusal, and `examine` tells why
            yield from parts_of(endpoint, most)

    @property
    def definitions(self) -> Definitions:
        """The schemas that descriptions refer to."""
        return self._document.definitions

    def address(self, operation: Operation) -> tuple[str, str]:
        """Method and path template, as the document has them."""
        route = self._routes[operation.name]
        return route.method, route.path

    def describe(self, operation: Operation) -> OperationForm:
        """Parameters, credentials, bodies and replies of an operation."""
        return describe(self._compiled(operation.name))

    def examine(self, operation: Operation) -> Sequence[Fault]:
        """Compile the operation anew and try to sample each schema that it answers with."""
        return tuple(self._examine(self._routes[operation.name]))

    def problems(self) -> Sequence[Fault]:
        """All faults of the document, and of every operation."""
        found = [*self.faults, *self._document.problems()]
        for operation in self.operations:
            found.extend(self.examine(operation))
        return tuple(dict.fromkeys(found))

    def _answerer(self, operation: str) -> Answerer:
        return self._serve(self._routes[operation]).answerer

    def _serve(self, route: Route) -> Served:
        """The compiled operation; compiled now if this is its first call."""
        served = self._served.get(route.name)
        if served is None:
            endpoint = self._document.endpoint(route)
            reader = Reader(endpoint)
            served = Served(
                endpoint=endpoint,
                operation=Operation(
                    name=route.name,
                    id=route.operation_id,
                    summary=route.summary,
                    statuses=route.statuses,
                    reads=_reads(reader, endpoint),
                    cacheable=endpoint.body is None,
                    guarded=_guarded(endpoint, self._document.declares_security),
                ),
                reader=reader,
                answerer=Answerer(endpoint, self._sampler, self._spec.seed),
                writer=Writer(
                    endpoint, self._sampler, self._spec.seed, callbacks=self._spec.callbacks
                ),
                errors=DeclaredErrors(endpoint, self._sampler, self._spec.seed),
            )
            self._served[route.name] = served
        return served

    def _examine(self, route: Route) -> Iterator[Fault]:
        endpoint, faults = self._document.examine(route)
        yield from faults
        if endpoint is None:
            return
        definitions = self._document.definitions
        if endpoint.body is not None:
            place, content = f"{route.pointer}/requestBody", endpoint.body.content
            yield from self._contradictions(place, content, Sampler(definitions, "request"))
        answers = Sampler(definitions)
        for response in endpoint.responses:
            place = f"{route.pointer}/responses/{response.status}"
            yield from self._contradictions(place, response.content, answers)

    def _contradictions(
        self, place: str, content: Mapping[str, MediaType], sampler: Sampler
    ) -> Iterator[Fault]:
        for media in content.values():
            wrong = None if media.schema is None else sampler.diagnose(media.schema)
            if wrong is not None:
                yield Fault(
                    level="warning",
                    file=self._spec.location,
                    path=place,
                    message=f"no value satisfies the schema of {media.name}: {wrong}",
                    hint="Resolve the contradiction, or add an example.",
                )


def _addresses(document: OpenApiDocument) -> Iterator[tuple[str, str, Route]]:
    """Each route at its own path, and once more below each base path of the servers."""
    for route in document.routes:
        yield route.method, route.path, route
    for route in document.routes:
        for base in document.base_paths if route.servers is None else route.servers:
            yield route.method, base + route.path, route


def _other_methods(call: Call, allowed: Sequence[str]) -> MethodNotAllowed:
    return MethodNotAllowed(
        f"{call.path} answers {', '.join(allowed)}, not {call.method}.", allowed
    )


def _reads(reader: Reader, endpoint: Endpoint) -> tuple[bytes, ...]:
    """The header fields that an answer depends on: of a read also what its conditions say."""
    if endpoint.method != "GET":
        return reader.header_names
    return (*reader.header_names, b"if-match", b"if-none-match")


def _guarded(endpoint: Endpoint, declares_security: bool) -> bool | None:
    if endpoint.security:
        return all(endpoint.security)
    return False if declares_security else None
