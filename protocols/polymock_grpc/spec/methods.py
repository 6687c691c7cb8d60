"""Services to methods, with what their options say: HTTP rules and idempotency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from protobuf import DescMethod, Registry

from polymock_grpc.model import HttpRule, Method
from polymock_grpc.spec.options import Options
from polymock_schemas.commands import Fault

NO_SIDE_EFFECTS = 1
_MAX_RULES = 100
_VERBS = ("get", "put", "post", "delete", "patch")


def read_methods(
    registry: Registry, files: Sequence[str], location: str
) -> tuple[tuple[Method, ...], tuple[Fault, ...]]:
    """The methods of every service in the files, and what is odd about them."""
    options = Options(registry)
    methods: list[Method] = []
    faults: list[Fault] = []
    for name in files:
        file = registry.file(name)
        for service in () if file is None else file.services:
            if not service.methods:
                message = "the service has no methods"
                faults.append(Fault("warning", location, service.type_name, message))
            methods.extend(_method(descriptor, options) for descriptor in service.methods)
    return tuple(methods), tuple(faults)


def _method(descriptor: DescMethod, options: Options) -> Method:
    name = f"{descriptor.parent.type_name}/{descriptor.name}"
    kind = descriptor.method_kind
    return Method(
        name=name,
        path=f"/{name}",
        descriptor=descriptor,
        input=descriptor.input.type,
        output=descriptor.output.type,
        client_streaming=kind in ("client_streaming", "bidi_streaming"),
        server_streaming=kind in ("server_streaming", "bidi_streaming"),
        has_no_side_effects=int(descriptor.idempotency) == NO_SIDE_EFFECTS,
        rules=tuple(_rules(options.read_json(descriptor.proto.options, "google.api.http"))),
    )


def _rules(annotation: dict[str, Any] | None) -> Iterator[HttpRule]:
    """A `google.api.HttpRule` in ProtoJSON and its `additional_bindings`, which do not nest."""
    if annotation is None:
        return
    for rule in [annotation, *annotation.get("additionalBindings", ())][:_MAX_RULES]:
        verb, template = _pattern(rule)
        if template:
            yield HttpRule(
                verb=verb,
                template=template,
                body=rule.get("body", ""),
                response_body=rule.get("responseBody", ""),
            )


def _pattern(rule: dict[str, Any]) -> tuple[str, str]:
    for verb in _VERBS:
        if verb in rule:
            return verb.upper(), rule[verb]
    custom = rule.get("custom", {})
    return custom.get("kind", "").upper(), custom.get("path", "")
