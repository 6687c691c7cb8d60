"""An OpenAPI or Swagger document: recognised, loaded, and opened operation by operation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from polymock.documents import Documents
from polymock.interfaces import Spec
from polymock.jsonschema import Definitions
from polymock_openapi.model import Endpoint
from polymock_openapi.spec import swagger2
from polymock_openapi.spec.definitions import SchemaDefinitions
from polymock_openapi.spec.endpoints import Compiler
from polymock_openapi.spec.problems import examine, find_problems
from polymock_openapi.spec.routes import Route, find_routes
from polymock_openapi.spec.servers import server_paths, trimmed
from polymock_openapi.spec.sketches import Sketch, Sketcher
from polymock_openapi.spec.source import Dialect, Node, Source, kind
from polymock_schemas.commands import Fault

__all__ = ["OpenApiDocument", "Route", "recognises"]

HEAD_BYTES = 64 * 1024
VERSION_LINE = re.compile(
    rb"""^(?:openapi|swagger|"openapi"|"swagger"|'openapi'|'swagger')[ \t]*:[ \t]+['"]?\d""",
    re.MULTILINE,
)
VERSION_MEMBER = re.compile(rb'\s*:\s*"?\d')
JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]]')
ROOT_KEYS = frozenset(
    {
        "openapi",
        "info",
        "servers",
        "paths",
        "components",
        "security",
        "tags",
        "externalDocs",
        "webhooks",
        "jsonSchemaDialect",
        "$self",
        "swagger",
        "host",
        "basePath",
        "schemes",
        "consumes",
        "produces",
        "definitions",
        "parameters",
        "responses",
        "securityDefinitions",
    }
)


class OpenApiDocument:
    """A loaded document of OpenAPI 3.x or Swagger 2.0. All its files are read; nothing is compiled.

    `base_paths` are the paths of its servers (`/v1`), `routes` its operations, `definitions` its
    schemas by name, `faults` what was found wrong on the way, `files` the local paths read.
    `declares_security` tells whether it has security schemes at all, `secrets` are the names of
    the header fields and query parameters in which these send credentials.
    """

    def __init__(self, source: Source, version: str, title: str) -> None:
        documents = source.documents
        self._source = source
        self.version = version
        self.title = title
        self.files: Sequence[str] = tuple(documents.files)
        self.base_paths = _base_paths(source)
        self.routes: Sequence[Route] = find_routes(source)
        if not self.routes:
            source.warn(documents.place.child("paths"), "the document has no operations")
        schemes = _security_schemes(source)
        self.declares_security = bool(schemes)
        self.secrets = tuple(
            scheme["name"]
            for scheme in schemes.values()
            if isinstance(scheme, Mapping) and isinstance(scheme.get("name"), str)
        )
        self._definitions = SchemaDefinitions(source)
        self.definitions: Definitions = self._definitions
        self._compiler = Compiler(source, self._definitions)
        self._sketcher = Sketcher(source, self._definitions)
        self.faults: Sequence[Fault] = (*documents.faults, *source.faults)

    @classmethod
    def load(cls, spec: Spec) -> OpenApiDocument:
        """Read the document at the spec's location, with all that it refers to.

        Raises SpecError, with the faults, where it cannot be read or is no OpenAPI document.
        """
        documents = Documents(spec.location, allow_private=spec.allow_private)
        dialect, version = _version(documents)
        source = Source(documents, dialect)
        root = Node(documents.root, documents.place)
        for key in root.value:
            if key not in ROOT_KEYS and not key.startswith("x-"):
                source.warn(root.place.child(key), f"unknown key `{key}` is ignored")
        return cls(source, version, _title(source, root, spec))

    def endpoint(self, route: Route) -> Endpoint:
        """Compile one operation; the caller keeps it. Raises SpecError."""
        try:
            return self._compiler.endpoint(route)
        except KeyError:
            raise self._source.documents.error(route.place, "there is no operation here") from None

    def sketch(self, route: Route) -> Sketch:
        """What one operation is about, without compiling it. Raises SpecError."""
        try:
            return self._sketcher.sketch(route)
        except KeyError:
            raise self._source.documents.error(route.place, "there is no operation here") from None

    def examine(self, route: Route) -> tuple[Endpoint | None, Sequence[Fault]]:
        """Compile one operation anew, None where it cannot be, with the faults that this shows."""
        before = len(self._source.faults)
        endpoint = examine(self._source, route, self._compiler)
        return endpoint, tuple(self._source.faults)[before:]

    def problems(self) -> Sequence[Fault]:
        """Every fault, those that only show when everything is compiled included; slow."""
        find_problems(self._source, self._definitions, self.routes, self._compiler)
        return (*self._source.documents.faults, *self._source.faults)


def recognises(name: str, head: bytes) -> bool:
    """Whether a document is one of OpenAPI or Swagger, by its first 64 KiB; `name` says nothing.

    The key `openapi` or `swagger` must stand at the top of the document, at any position.
    """
    head = head[:HEAD_BYTES]
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(encoding, "ignore").encode("utf-8", "ignore")
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head.lstrip().startswith(b"{"):
        return VERSION_LINE.search(head) is not None
    depth = 0
    for token in JSON_TOKEN.finditer(head):
        if token[0] in (b"{", b"["):
            depth += 1
        elif token[0] in (b"}", b"]"):
            depth -= 1
        elif (
            depth == 1
            and token[1] in (b"openapi", b"swagger")
            and VERSION_MEMBER.match(head, token.end())
        ):
            return True
    return False


def _version(documents: Documents) -> tuple[Dialect, str]:
    """The rules to read a document by, and its version as written."""
    root = documents.root
    if not isinstance(root, Mapping):
        raise documents.error(
            documents.place,
            f"an OpenAPI document is an object with `openapi` or `swagger`, not {kind(root)}",
            "check that this is the document you meant",
        )
    for key in ("openapi", "swagger"):
        written = root.get(key)
        if isinstance(written, bool) or not isinstance(written, str | int | float):
            continue
        version = str(written)
        if key == "swagger" and re.match(r"2(\.0)?$", version):
            return "2.0", version
        if key == "openapi" and re.match(r"3(\.0|$)", version):
            return "3.0", version
        if key == "openapi" and version.startswith("3."):
            return "3.1", version
        raise documents.error(
            documents.place.child(key),
            f"`{key}: {version[:40]}` is not supported",
            "OpenAPI 3.0, 3.1 and 3.2 and Swagger 2.0 are read",
        )
    raise documents.error(
        documents.place,
        "neither `openapi` nor `swagger` names a version: this is no OpenAPI document",
        "an OpenAPI document starts with `openapi: 3.1.0`",
    )


def _title(source: Source, root: Node, spec: Spec) -> str:
    if "info" not in root.value:
        source.warn(root.place, "`info` is missing")
    else:
        info = source.object(Node(root.value["info"], root.place.child("info")), "`info`")
        title = source.text(info, "title") if info is not None else ""
        if title:
            return title
    return spec.name or PurePosixPath(spec.location).stem


def _security_schemes(source: Source) -> Mapping[str, Any]:
    root = source.documents.root
    components = root.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
    declared = schemes or root.get("securityDefinitions")
    return declared if isinstance(declared, Mapping) else {}


def _base_paths(source: Source) -> tuple[str, ...]:
    root = Node(source.documents.root, source.documents.place)
    if source.dialect == "2.0":
        path = trimmed(swagger2.base_path(root.value))
        return (path,) if path else ()
    return server_paths(source, source.items(root, "servers"))
