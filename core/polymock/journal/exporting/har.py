"""Exchanges as HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import contextlib
import datetime
import http
from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from polymock.journal.exporting.pages import COLUMNS

_BASE64 = "base64:"
_MAX_FIELDS = 1000


@contextlib.contextmanager
def har_writer(path: Path) -> Iterator[Any]:
    """Writes an entry for each row."""
    creator = msgspec.json.encode({"name": "Polymock", "version": metadata.version("polymock")})
    with path.open("wb") as file:
        file.write(b'{"log":{"version":"1.2","creator":' + creator + b',"entries":[')
        is_first = True

        def write(row: tuple[Any, ...]) -> None:
            nonlocal is_first
            file.write(b"\n" if is_first else b",\n")
            is_first = False
            file.write(msgspec.json.encode(entry(dict(zip(COLUMNS, row, strict=True)))))

        yield write
        file.write(b"\n]}}\n")


def entry(row: dict[str, Any]) -> dict[str, Any]:
    """An exchange as an entry; members that are not of HAR begin with `_`."""
    asked, answered = headers(row["request_headers"]), headers(row["response_headers"])
    milliseconds = row["latency_us"] / 1000
    started = row["ts"].replace(tzinfo=datetime.UTC).isoformat(timespec="microseconds")
    return {
        "startedDateTime": started.replace("+00:00", "Z"),
        "time": milliseconds,
        "request": _request(row, asked),
        "response": _response(row, answered),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": row["operation"] or "no operation",
        "_id": row["id"],
        "_mock": row["mock"],
        "_protocol": row["protocol"],
        "_session": row["session"],
    }


def headers(text: str | None) -> list[dict[str, str]]:
    """Header fields as HAR and Postman call them, repeated ones repeated."""
    told = msgspec.json.decode(text or "{}")
    found = []
    for name, value in told.items() if isinstance(told, dict) else ():
        values = value if isinstance(value, list) else [value]
        found += [{"name": name, "value": str(one)} for one in values]
    return found


def value_of(fields: list[dict[str, str]], name: str) -> str:
    """The value of a header field; "" where there is none."""
    return next((field["value"] for field in fields if field["name"] == name), "")


def base_of(row: dict[str, Any], fields: list[dict[str, str]]) -> str:
    """Scheme and authority of the call, as far as they were recorded."""
    authority = value_of(fields, "host") or value_of(fields, ":authority") or "localhost"
    return f"http://{authority}"


def _request(row: dict[str, Any], fields: list[dict[str, str]]) -> dict[str, Any]:
    query = f"?{row['query']}" if row["query"] else ""
    made = {
        "method": row["method"] or "POST",
        "url": f"{base_of(row, fields)}{row['path']}{query}",
        "httpVersion": _version(row),
        "cookies": _cookies(value_of(fields, "cookie")),
        "headers": fields,
        "queryString": _pairs(row["query"]),
        "headersSize": -1,
        "bodySize": row["request_bytes"],
    }
    if row["request_body"] is not None:
        made["postData"] = {
            "mimeType": value_of(fields, "content-type"),
            "text": row["request_body"],
        }
        if row["truncated"]:
            made["postData"]["comment"] = "may have been cut when it was recorded"
    return made


def _response(row: dict[str, Any], fields: list[dict[str, str]]) -> dict[str, Any]:
    status = 200 if row["protocol"] == "grpc" and row["status"] < 100 else row["status"]
    body = row["response_body"]
    content: dict[str, Any] = {
        "size": row["response_bytes"],
        "mimeType": value_of(fields, "content-type") or "x-unknown",
    }
    if body is not None and body.startswith(_BASE64):
        content |= {"text": body.removeprefix(_BASE64), "encoding": "base64"}
    elif body is not None:
        content["text"] = body
    made = {
        "status": status,
        "statusText": reason(status),
        "httpVersion": _version(row),
        "cookies": [
            cookie
            for field in fields
            if field["name"] == "set-cookie"
            for cookie in _cookies(field["value"])
        ],
        "headers": fields,
        "content": content,
        "redirectURL": value_of(fields, "location"),
        "headersSize": -1,
        "bodySize": row["response_bytes"],
    }
    if status != row["status"]:
        made["_grpcStatus"] = row["status"]
    return made


def reason(status: int) -> str:
    """The reason phrase of a status; "" of an unknown one."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _version(row: dict[str, Any]) -> str:
    return "HTTP/2" if row["protocol"] == "grpc" and row["status"] < 100 else "HTTP/1.1"


def _pairs(query: str) -> list[dict[str, str]]:
    pairs = parse_qsl(query, keep_blank_values=True)[:_MAX_FIELDS]
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(text: str) -> list[dict[str, str]]:
    try:
        return [
            {"name": name, "value": morsel.value} for name, morsel in SimpleCookie(text).items()
        ]
    except CookieError:
        return []
