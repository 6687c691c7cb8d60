"""An operation of an OpenAPI document as whoever calls it has to know it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from polymock_openapi.model import Endpoint, Parameter, SecurityScheme
from polymock_schemas.mocks import BodyForm, OperationForm, ParameterForm, ReplyForm


def describe(endpoint: Endpoint) -> OperationForm:
    """Parameters with the credentials among them, bodies by media type, replies by status."""
    return OperationForm(
        method=endpoint.method,
        path=endpoint.path,
        parameters=(*map(_parameter, endpoint.parameters), *_credentials(endpoint)),
        bodies=tuple(_bodies(endpoint)),
        replies=tuple(_replies(endpoint)),
        notes=tuple(_notes(endpoint)),
    )


def _parameter(parameter: Parameter) -> ParameterForm:
    return ParameterForm(parameter.name, parameter.location, parameter.required, parameter.schema)


def _credentials(endpoint: Endpoint) -> Iterator[ParameterForm]:
    """What the first alternative of the operation's `security` asks for."""
    if not endpoint.security:
        return
    is_required = all(endpoint.security)
    for name in endpoint.security[0]:
        scheme = endpoint.schemes.get(name)
        if scheme is None or scheme.type == "mutualTLS":
            continue
        where, location, form = _credential(scheme)
        yield ParameterForm(
            where,
            location,
            is_required,
            {"type": "string", "examples": [form]},
            f"Credentials ({scheme.type} {scheme.scheme}".rstrip() + f"); such as `{form}`",
        )


def _credential(scheme: SecurityScheme) -> tuple[str, str, str]:
    """Name, location and a value that has the right form."""
    if scheme.type == "apiKey":
        return scheme.parameter, scheme.location, "any"
    if scheme.type == "http" and scheme.scheme == "basic":
        return "Authorization", "header", "Basic YW55OmFueQ=="
    if scheme.type == "http" and scheme.scheme != "bearer":
        return "Authorization", "header", f"{scheme.scheme.capitalize()} any"
    return "Authorization", "header", "Bearer any"


def _bodies(endpoint: Endpoint) -> Iterator[BodyForm]:
    if endpoint.body is None:
        return
    for name, media in endpoint.body.content.items():
        example = next(iter(media.examples.values()), UNSET)
        schema = True if media.schema is None else media.schema
        yield BodyForm(name, endpoint.body.required, schema, example)


def _replies(endpoint: Endpoint) -> Iterator[ReplyForm]:
    for response in endpoint.responses:
        if not response.content:
            yield ReplyForm(response.status, "", None, response.description)
        for name, media in response.content.items():
            schema = True if media.schema is None else media.schema
            yield ReplyForm(response.status, name, schema, response.description)


def _notes(endpoint: Endpoint) -> Iterator[str]:
    if len(endpoint.security) > 1:
        others = [" and ".join(each) or "nothing" for each in endpoint.security[1:]]
        yield f"Instead of these credentials will do: {', or '.join(others)}"
    if any(response.status != "default" for response in endpoint.responses):
        yield "The header `Prefer: code=404` asks for the reply that is declared for that status"
