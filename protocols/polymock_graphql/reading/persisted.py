"""Automatic persisted queries: a document by its hash, once a client has sent it whole.

`extensions.persistedQuery` is `{"version": 1, "sha256Hash": "…"}`. Each worker process learns on
its own: a client may be asked for a document once by each of them, which the protocol provides for.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from polymock_graphql.reading.errors import Malformed, RequestError, graphql_error
from polymock_graphql.reading.parameters import Parameters

MAX_QUERIES = 2048
MAX_CHARACTERS = 4 * 1024 * 1024
EXTENSION = "persistedQuery"
_PLACE = f"body/extensions/{EXTENSION}"


class PersistedQueries:
    """The documents that were sent with their hash; the latest used of them."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def find(self, parameters: Parameters) -> str:
        """The document's text, as sent or as remembered by its hash.

        Raises Malformed where there is neither, or the hash is another document's; RequestError
        where the client has to send the document.
        """
        extension = (parameters.extensions or {}).get(EXTENSION)
        text = parameters.query
        if extension is None:
            if text is None:
                raise Malformed("The request has no `query`: a GraphQL document.", "body/query")
            return text
        digest = self._digest(extension)
        if text is None:
            return self._recall(digest)
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            raise Malformed("`sha256Hash` is not the hash of `query`.", f"{_PLACE}/sha256Hash")
        return text

    def learn(self, parameters: Parameters) -> None:
        """Remember a document that came with its hash, and is valid."""
        extension = (parameters.extensions or {}).get(EXTENSION)
        if extension is None or parameters.query is None:
            return
        digest = self._digest(extension)
        if digest not in self._texts:
            self._texts[digest] = parameters.query
            self._characters += len(parameters.query)
            while len(self._texts) > MAX_QUERIES or self._characters > MAX_CHARACTERS:
                self._characters -= len(self._texts.popitem(last=False)[1])

    def _recall(self, digest: str) -> str:
        text = self._texts.get(digest)
        if text is None:
            error = graphql_error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
            raise RequestError([error])
        self._texts.move_to_end(digest)
        return text

    def _digest(self, extension: Any) -> str:
        if not self._enabled:
            error = graphql_error("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
            raise RequestError([error])
        if not isinstance(extension, Mapping) or extension.get("version") != 1:
            raise Malformed("`persistedQuery` must be an object of version 1.", _PLACE)
        digest = extension.get("sha256Hash")
        if not isinstance(digest, str):
            raise Malformed("`sha256Hash` must be a string.", f"{_PLACE}/sha256Hash")
        return digest.lower()
