"""A call that an operation's description allows, made from its examples and schemas."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import UNSET

from polymock.errors import Unsatisfiable
from polymock.jsonschema import Definitions
from polymock.samples import Sampler
from polymock_schemas.mocks import BodyForm, OperationForm, ParameterForm

SEED = 1
_KEY = re.compile(r"(^|_)ids?$|[a-z]Ids?$")
_CAPTURE = re.compile(r"\{([^{}]+)\}")


def example_of(form: OperationForm, prefix: str, definitions: Definitions) -> dict[str, Any]:
    """Parameters of the command mocks call; {} where no values satisfy the schemas."""
    sampler = Sampler(definitions, "request")
    try:
        return _example(form, prefix, sampler)
    except Unsatisfiable:
        return {}


def _example(form: OperationForm, prefix: str, sampler: Sampler) -> dict[str, Any]:
    values = {
        (each.location, each.name): _value(each, sampler)
        for each in form.parameters
        if each.required or each.location == "path"
    }

    def capture(found: re.Match[str]) -> str:
        name = found[1].lstrip("+/.;?&#").rstrip("*")
        return quote(_text(values.get(("path", name), "1")), safe="")

    below = "" if form.path == "/" and prefix else _CAPTURE.sub(capture, form.path)
    told: dict[str, Any] = {"method": form.method, "path": prefix + below}
    query = {name: value for (where, name), value in values.items() if where == "query"}
    headers = {name: _text(value) for (where, name), value in values.items() if where == "header"}
    cookies = [
        f"{name}={_text(value)}" for (where, name), value in values.items() if where == "cookie"
    ]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    if query:
        told["query"] = query
    body = _chosen(form.bodies)
    if body is not None:
        if _is_json(body.media_type):
            told["body"] = _body(body, sampler)
            if body.media_type != "application/json":
                headers["Content-Type"] = body.media_type
        else:
            told["text"] = _written(_body(body, sampler), body.media_type)
            headers["Content-Type"] = body.media_type
    takes_variables = any(each.location == "variable" for each in form.parameters)
    if takes_variables and isinstance(told.get("body"), dict):
        asked = {name: value for (where, name), value in values.items() if where == "variable"}
        told["body"] = {**told["body"], "variables": asked}
    if headers:
        told["headers"] = headers
    return told


def _value(parameter: ParameterForm, sampler: Sampler) -> Any:
    """A key is 1 where it may be, as that is what people try first."""
    validator = sampler.validator(parameter.schema)
    if parameter.location in ("path", "variable") and validator is not None:
        for plain in (1, "1"):
            if validator.is_valid(plain):
                return plain
    return _with_plain_keys(parameter.schema, parameter.name, sampler)


def _chosen(bodies: tuple[BodyForm, ...]) -> BodyForm | None:
    """The first body that is JSON, else the first."""
    return next((body for body in bodies if _is_json(body.media_type)), next(iter(bodies), None))


def _is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip()
    return essence in ("application/json", "*/*", "application/*") or essence.endswith("+json")


def _body(body: BodyForm, sampler: Sampler) -> Any:
    if body.example is not UNSET:
        return body.example
    return _with_plain_keys(body.schema, "", sampler)


def _with_plain_keys(schema: Any, name: str, sampler: Sampler) -> Any:
    """A sample, whose keys of entities are 1 if they may be: those that are made up may not be
    there."""
    sampled = sampler.sample(schema, SEED, name)
    plain = _plain(sampled)
    validator = sampler.validator(schema)
    return plain if validator is not None and validator.is_valid(plain) else sampled


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _plain(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, name) for each in value]
    if _KEY.search(name) and isinstance(value, (str, int)) and not isinstance(value, bool):
        return "1" if isinstance(value, str) else 1
    return value


def _written(value: Any, media_type: str) -> str:
    """A body that is no JSON: a form's fields, or text; of anything else its JSON."""
    if isinstance(value, dict) and media_type.startswith("application/x-www-form-urlencoded"):
        return urlencode({name: _field(each) for name, each in value.items()}, doseq=True)
    if isinstance(value, dict | list):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return _text(value)


def _field(value: Any) -> Any:
    if isinstance(value, list):
        return [_field(each) for each in value]
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)
