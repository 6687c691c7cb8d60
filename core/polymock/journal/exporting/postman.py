"""Exchanges as a Postman collection, v2.1: a folder for each mock, in it a request for each
operation, with what was answered as examples."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from polymock.journal.exporting.har import base_of, headers, reason, value_of
from polymock.journal.exporting.pages import COLUMNS

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_EXAMPLES = 5
_MOST_ITEMS = 5000
_BODY = 100_000
_MADE_BY_POSTMAN = ("host", "content-length", "connection", "transfer-encoding", "accept-encoding")


class Collection:
    """What a collection is made of: at most so many requests, each with some examples.

    `left_out` exchanges are like others that are there.
    """

    def __init__(self) -> None:
        self._folders: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {}
        self._count = 0
        self._base = ""
        self.left_out = 0

    def add(self, row: dict[str, Any]) -> None:
        """An exchange: a request of its own, an example of one, or neither."""
        folder = self._folders.setdefault(row["mock"] or "unknown", {})
        key = (row["operation"] or row["path"], row["method"])
        fields = headers(row["request_headers"])
        self._base = self._base or base_of(row, fields)
        request = _request(row, fields)
        if key not in folder:
            if self._count >= _MOST_ITEMS:
                self.left_out += 1
                return
            self._count += 1
            name = row["operation"] or f"{row['method']} {row['path']}"
            folder[key] = {"name": name, "request": request, "response": []}
        examples = folder[key]["response"]
        if len(examples) >= _EXAMPLES or any(one["code"] == _code(row) for one in examples):
            self.left_out += 1
            return
        examples.append(_example(row, request))

    def document(self) -> bytes:
        """The collection as JSON."""
        items = [
            {"name": mock, "item": list(folder.values())} for mock, folder in self._folders.items()
        ]
        info = {"_postman_id": str(uuid.uuid4()), "name": "Polymock traffic", "schema": SCHEMA}
        variable = {"key": "baseUrl", "value": self._base or "http://127.0.0.1:8080"}
        return msgspec.json.encode({"info": info, "item": items, "variable": [variable]})


@contextlib.contextmanager
def postman_writer(path: Path, collection: Collection) -> Iterator[Any]:
    """Collects rows, and writes the collection at the end."""

    def write(row: tuple[Any, ...]) -> None:
        collection.add(dict(zip(COLUMNS, row, strict=True)))

    yield write
    path.write_bytes(collection.document())


def _request(row: dict[str, Any], fields: list[dict[str, str]]) -> dict[str, Any]:
    query = f"?{row['query']}" if row["query"] else ""
    url: dict[str, Any] = {
        "raw": f"{{{{baseUrl}}}}{row['path']}{query}",
        "host": ["{{baseUrl}}"],
        "path": row["path"].split("/")[1:],
    }
    if row["query"]:
        pairs = parse_qsl(row["query"], keep_blank_values=True)
        url["query"] = [{"key": name, "value": value} for name, value in pairs]
    made: dict[str, Any] = {
        "method": row["method"] or "POST",
        "header": _fields(fields),
        "url": url,
    }
    if row["request_body"] is not None:
        language = "json" if "json" in value_of(fields, "content-type") else "text"
        made["body"] = {
            "mode": "raw",
            "raw": row["request_body"][:_BODY],
            "options": {"raw": {"language": language}},
        }
    return made


def _example(row: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    fields = headers(row["response_headers"])
    language = "json" if "json" in value_of(fields, "content-type") else "text"
    status = reason(_code(row))
    return {
        "name": f"{_code(row)} {status}".strip(),
        "originalRequest": request,
        "status": status,
        "code": _code(row),
        "_postman_previewlanguage": language,
        "header": _fields(fields),
        "cookie": [],
        "body": (row["response_body"] or "")[:_BODY],
    }


def _fields(fields: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        {"key": field["name"], "value": field["value"]}
        for field in fields
        if field["name"] not in _MADE_BY_POSTMAN and not field["name"].startswith(":")
    ]


def _code(row: dict[str, Any]) -> int:
    return 200 if row["protocol"] == "grpc" and row["status"] < 100 else int(row["status"])
