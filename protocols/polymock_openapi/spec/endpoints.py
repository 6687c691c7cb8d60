"""Operations to endpoints: everything that one call needs, gathered from wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from polymock.documents import Place
from polymock_openapi.model import (
    HTTP_METHODS,
    Callback,
    Endpoint,
    Parameter,
    RequestBody,
    Response,
    SecurityScheme,
)
from polymock_openapi.spec import swagger2
from polymock_openapi.spec.contents import Parts
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.spec.routes import Route, normal_status
from polymock_openapi.spec.source import Node, Source

TEMPLATE = re.compile(r"\{([^{}]+)\}")
SCHEME_TYPES = ("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS")


class Compiler:
    """Compiles the operations of one document."""

    def __init__(self, source: Source, definitions: SchemaDefinitions) -> None:
        self._source = source
        self._definitions = definitions
        self._parts = Parts(source, definitions)
        self._root = Node(source.documents.root, source.documents.place)

    def endpoint(self, route: Route) -> Endpoint:
        """The operation behind a route. Raises SpecError, KeyError."""
        operation = Node(self._source.documents.at(route.place), route.place)
        item = Node(self._source.documents.at(route.item), route.item)
        nodes = self._declared(item, operation)
        security, schemes = self._security(operation)
        return Endpoint(
            name=route.name,
            method=route.method,
            path=route.path,
            pointer=route.pointer,
            parameters=self._parameters(route, nodes),
            body=self._body(operation, nodes),
            responses=self._responses(operation),
            security=security,
            schemes=schemes,
            callbacks=self._callbacks(operation),
            definitions=self._definitions,
            operation_id=route.operation_id,
            summary=route.summary,
        )

    def _declared(self, item: Node, operation: Node) -> list[Node]:
        """The parameters of path item and operation, references followed, the latter's winning."""
        found: dict[tuple[str, str], Node] = {}
        for holder in (item, operation):
            for entry in self._source.items(holder, "parameters"):
                node = self._source.object(entry, "a parameter")
                if node is not None:
                    key = (str(node.value.get("in")), str(node.value.get("name")))
                    found[key] = node
        return list(found.values())

    def _parameters(self, route: Route, nodes: Sequence[Node]) -> tuple[Parameter, ...]:
        in_path = list(dict.fromkeys(TEMPLATE.findall(route.path)))
        compiled: list[Parameter] = []
        for node in nodes:
            if self._source.dialect == "2.0" and node.value.get("in") in ("body", "formData"):
                continue
            parameter = self._parts.parameter(node)
            if parameter is None:
                continue
            if parameter.location == "path" and parameter.name not in in_path:
                self._source.warn(
                    node.place, f"the path `{route.path}` has no `{{{parameter.name}}}`"
                )
                continue
            compiled.append(parameter)
        declared = {p.name for p in compiled if p.location == "path"}
        for name in in_path:
            if name not in declared:
                self._source.warn(
                    route.place, f"the path parameter `{name}` is not declared", "taken as a string"
                )
                compiled.append(_undeclared(name))
        return tuple(compiled)

    def _body(self, operation: Node, nodes: Sequence[Node]) -> RequestBody | None:
        if self._source.dialect != "2.0":
            return self._request_body(self._source.member(operation, "requestBody"))
        consumes = swagger2.media_types(self._source, operation, self._root, "consumes")
        fields = [node for node in nodes if node.value.get("in") == "formData"]
        bodies = [node for node in nodes if node.value.get("in") == "body"]
        if bodies:
            return self._request_body(swagger2.body(bodies[0], consumes))
        return self._request_body(swagger2.form(fields, consumes)) if fields else None

    def _request_body(self, node: Node | None) -> RequestBody | None:
        found = self._source.object(node, "a request body") if node is not None else None
        if found is None:
            return None
        return RequestBody(
            required=self._source.flag(found, "required"), content=self._parts.content(found)
        )

    def _responses(self, operation: Node) -> tuple[Response, ...]:
        compiled: dict[str, Response] = {}
        for key, entry in self._source.members(operation, "responses"):
            status = normal_status(key)
            if status is None:
                self._source.warn(entry.place, f"`{key}` is no status code, range or `default`")
                continue
            node = self._source.object(entry, "a response")
            if node is None:
                node = Node({}, entry.place)
            if self._source.dialect == "2.0":
                produces = swagger2.media_types(self._source, operation, self._root, "produces")
                node = swagger2.response(node, produces)
            compiled[status] = Response(
                status=status,
                content=self._parts.content(node),
                headers=self._parts.headers(node),
                description=self._source.text(node, "description"),
            )
        if not compiled:
            self._source.warn(operation.place, "no `responses`", "answered by an empty 200")
            return (Response(status="200", content={}, headers={}),)
        return tuple(compiled.values())

    def _callbacks(self, operation: Node) -> tuple[Callback, ...]:
        compiled: list[Callback] = []
        for name, entry in self._source.members(operation, "callbacks"):
            callback = self._source.object(entry, "a callback")
            if callback is None:
                continue
            for url, inner in callback.value.items():
                if url.startswith("x-"):
                    continue
                place = callback.place.child(url)
                item = self._source.object(Node(inner, place), "a callback's path item")
                if item is not None:
                    compiled.extend(self._outgoing(name, url, item))
        return tuple(compiled)

    def _outgoing(self, name: str, url: str, item: Node) -> list[Callback]:
        compiled: list[Callback] = []
        for method in HTTP_METHODS:
            if method not in item.value:
                continue
            place = item.place.child(method)
            operation = self._source.object(Node(item.value[method], place), "an operation")
            if operation is None:
                continue
            parameters = map(self._parts.parameter, self._declared(item, operation))
            compiled.append(
                Callback(
                    name=name,
                    url=url,
                    method=method.upper(),
                    body=self._request_body(self._source.member(operation, "requestBody")),
                    parameters=tuple(p for p in parameters if p and p.location != "path"),
                )
            )
        return compiled

    def _security(
        self, operation: Node
    ) -> tuple[tuple[Mapping[str, tuple[str, ...]], ...], dict[str, SecurityScheme]]:
        """The alternatives that an operation asks for, and the schemes that they name."""
        holder = operation if operation.value.get("security") is not None else self._root
        schemes: dict[str, SecurityScheme] = {}
        alternatives: list[Mapping[str, tuple[str, ...]]] = []
        for entry in self._source.items(holder, "security"):
            if not isinstance(entry.value, Mapping):
                self._source.warn(entry.place, "a security requirement must be an object")
                continue
            wanted: dict[str, tuple[str, ...]] = {}
            for name, scopes in entry.value.items():
                scheme = schemes.get(name) or self._scheme(name, entry.place)
                if scheme is not None:
                    schemes[name] = scheme
                    texts = scopes if isinstance(scopes, list) else []
                    wanted[name] = tuple(scope for scope in texts if isinstance(scope, str))
            if wanted or not entry.value:
                alternatives.append(wanted)
        return tuple(alternatives), schemes

    def _scheme(self, name: str, base: Place) -> SecurityScheme | None:
        node: Node | None = self._root
        way = ("securityDefinitions",)
        for key in way if self._source.dialect == "2.0" else ("components", "securitySchemes"):
            node = self._source.member(node, key) if node is not None else None
        found = self._source.member(node, name) if node is not None else None
        if found is None:
            self._source.warn(base, f"the security scheme `{name}` is not defined; it is not asked")
            return None
        value: Any = swagger2.security_scheme(found).value
        kind = value.get("type") if isinstance(value, Mapping) else None
        location, parameter = _where(value) if kind == "apiKey" else ("", "")
        scheme = value.get("scheme") if kind == "http" else ""
        if (
            kind not in SCHEME_TYPES
            or not isinstance(scheme, str)
            or (kind == "apiKey" and not (location and parameter))
            or (kind == "http" and not scheme)
        ):
            self._source.warn(found.place, f"the security scheme `{name}` is incomplete")
            return None
        return SecurityScheme(
            name=name, type=kind, location=location, parameter=parameter, scheme=scheme.lower()
        )


KeyLocation = Literal["query", "header", "cookie", ""]


def _where(value: Mapping[str, Any]) -> tuple[KeyLocation, str]:
    written, name = value.get("in"), value.get("name")
    for location in get_args(KeyLocation):
        if written == location and isinstance(name, str):
            return location, name
    return "", ""


def _undeclared(name: str) -> Parameter:
    return Parameter(
        name=name,
        location="path",
        required=True,
        style="simple",
        explode=False,
        schema={"type": "string"},
    )
