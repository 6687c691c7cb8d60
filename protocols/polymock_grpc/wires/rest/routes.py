"""Which method answers at a verb and a path, by the google.api.http rules of all methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from protobuf import DescField, DescMessage, Registry

from polymock.routing import Router
from polymock_grpc.model import NOT_FOUND, UNIMPLEMENTED, Binding, HttpRule, Method, Status
from polymock_grpc.wires.codecs import MAX_MESSAGE, JsonCodec
from polymock_grpc.wires.rest.errors import refuse
from polymock_grpc.wires.rest.fields import Fields, is_map, is_message, is_repeated
from polymock_grpc.wires.rest.templates import Template, parse_template
from polymock_grpc.wires.rest.wire import RestWire, Route
from polymock_schemas.calls import Call, Headers, Reply

ANY = "*"
"""The verb of a rule that answers all of them."""
VERBS = ("DELETE", "GET", "PATCH", "POST", "PUT")


class RestRoutes:
    """The rules of all methods, compiled. What is wrong with one is a fault, and it is not served.

    The most static template wins; of two alike the first. `registry` resolves Any and extensions;
    `max_message` is the limit of a request's body in bytes, decompressed.
    """

    def __init__(
        self,
        methods: Sequence[Method],
        registry: Registry | None = None,
        max_message: int = MAX_MESSAGE,
    ) -> None:
        self._fields = Fields()
        self._codec = JsonCodec(registry, defaults=True)
        self._limit = max_message
        self.faults: list[str] = []
        """What is wrong with which rule: messages that begin with the method's name."""
        addresses: dict[tuple[str, str], Route] = {}
        for method in methods:
            for rule in method.rules:
                self._add(method, rule, addresses)
        self._router = Router(
            [(verb, pattern, route) for (verb, pattern), route in addresses.items()]
        )
        self._verbs = sorted({verb for verb, _ in addresses} - {ANY})

    def find(self, verb: str, path: str) -> tuple[Method, HttpRule, Mapping[str, str]] | None:
        """What answers: its rule, and the path's text for each field of it, percent-encoded.

        `verb` is upper-case, `path` raw. HEAD is answered by GET where nothing answers it itself.
        """
        found = self._find(verb, path)
        if found is None:
            return None
        route, captures = found
        return route.method, route.rule, captures

    def bind(self, verb: str, path: str) -> Binding | None:
        """What answers, with a wire for this one call."""
        found = self._find(verb, path)
        if found is None:
            return None
        route, captures = found
        return Binding(
            method=route.method,
            wire=RestWire(route, captures, self._codec, self._fields, self._limit),
        )

    def allowed(self, path: str) -> tuple[str, ...]:
        """The verbs that this path answers, sorted; () where none does."""
        if self._router.find(ANY, path) is not None:
            return tuple(sorted({*VERBS, *self._verbs, "HEAD"}))
        found = {verb for verb in self._verbs if self._router.find(verb, path) is not None}
        if "GET" in found:
            found.add("HEAD")
        return tuple(sorted(found))

    def refuse(self, call: Call, status: Status) -> Reply:
        """The refusal of a call that no rule answers: 405 where its path has other verbs.

        Where it has none, UNIMPLEMENTED is NOT_FOUND, as to REST it is a resource that is missing.
        """
        allowed = self.allowed(call.path)
        if allowed and call.method not in allowed:
            headers: Headers = ((b"allow", ", ".join(allowed).encode("latin-1")),)
            return refuse(status, 405, headers)
        if not allowed and status.code == UNIMPLEMENTED:
            status = replace(status, code=NOT_FOUND)
        return refuse(status)

    def _find(self, verb: str, path: str) -> tuple[Route, dict[str, str]] | None:
        found = self._router.find(verb, path)
        if found is None and verb == "HEAD":
            found = self._router.find("GET", path)
        if found is None:
            found = self._router.find(ANY, path)
        if found is None:
            return None
        route, wildcards = found
        return route, {
            variable.field: variable.raw_value(wildcards) for variable in route.template.variables
        }

    def _add(self, method: Method, rule: HttpRule, addresses: dict[tuple[str, str], Route]) -> None:
        name = f"{rule.verb} {rule.template[:200]}"
        try:
            route = self._compile(method, rule)
        except ValueError as error:
            self.faults.append(f"{method.name}: the HTTP rule {name} is not served: {error}")
            return
        for pattern in route.template.patterns:
            first = addresses.setdefault((rule.verb.upper(), pattern), route)
            if first is not route and pattern is route.template.patterns[0]:
                self.faults.append(
                    f"{method.name}: the HTTP rule {name} is not served: "
                    f"{first.method.name} has the same address"
                )

    def _compile(self, method: Method, rule: HttpRule) -> Route:
        """Raises ValueError that says what is wrong."""
        if not rule.verb:
            raise ValueError("it has no verb")
        request = method.input.desc()
        template = parse_template(rule.template)
        return Route(
            method=method,
            rule=rule,
            template=template,
            bound=self._bound(request, template),
            body=None if rule.body in ("", "*") else _named(request, rule.body, "body"),
            response=_named(method.output.desc(), rule.response_body, "response_body")
            if rule.response_body
            else None,
        )

    def _bound(self, request: DescMessage, template: Template) -> tuple[tuple[DescField, ...], ...]:
        bound = []
        for variable in template.variables:
            fields = self._fields.find(request, variable.field)
            if is_repeated(fields[-1]) or is_map(fields[-1]) or is_message(fields[-1]):
                raise ValueError(f"{variable.field} is a list, a map or a message")
            bound.append(fields)
        return tuple(bound)


def _named(message: DescMessage, name: str, key: str) -> DescField:
    for field in message.fields:
        if field.name == name:
            return field
    raise ValueError(f"its {key} is {name[:100]!r}, and {message.type_name} has no such field")
