"""A method of a service as whoever calls it with JSON has to know it."""

from __future__ import annotations

from collections.abc import Iterator

from polymock.jsonschema import REF_PREFIX
from polymock_grpc.model import Method
from polymock_schemas.mocks import BodyForm, OperationForm, ReplyForm


def describe(method: Method) -> OperationForm:
    """Its messages over the Connect protocol, with JSON."""
    streams = method.client_streaming or method.server_streaming
    media_type = "application/connect+json" if streams else "application/json"
    input_, output = method.descriptor.input, method.descriptor.output
    return OperationForm(
        method="POST",
        path=method.path,
        bodies=(BodyForm(media_type, True, {"$ref": REF_PREFIX + input_.type_name}),),
        replies=(ReplyForm("200", media_type, {"$ref": REF_PREFIX + output.type_name}),),
        notes=tuple(_notes(method)),
    )


def _notes(method: Method) -> Iterator[str]:
    if method.client_streaming or method.server_streaming:
        yield (
            "It streams: over HTTP each message goes in an envelope of the Connect protocol, as a "
            "gRPC client does by itself"
        )
    for rule in method.rules:
        yield f"As REST it answers {rule.verb} {rule.template}" + (
            f", whose body is `{rule.body}`" if rule.body else ""
        )
    yield "The header `prefer: code=NOT_FOUND` asks for an error"
