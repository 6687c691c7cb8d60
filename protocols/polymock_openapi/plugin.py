"""The entry point of the OpenAPI protocol."""

from __future__ import annotations

from polymock.documents.collector import collector_paused
from polymock.interfaces import NoSettings, Plugin, Spec
from polymock_openapi.contract import OpenApiContract
from polymock_openapi.spec.document import OpenApiDocument, recognises


class OpenApiReader:
    """Implements `polymock.interfaces.ContractReader` for OpenAPI 3.x and Swagger 2.0."""

    prefix = "/"
    shares_prefix = False

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether the document has an `openapi` or `swagger` key at its top."""
        return recognises(name, head)

    def compile(self, spec: Spec) -> OpenApiContract:
        """Load the document; its operations are compiled on their first call."""
        with collector_paused():
            return OpenApiContract(OpenApiDocument.load(spec), spec)


def build(_settings: NoSettings) -> OpenApiReader:
    """Build the protocol."""
    return OpenApiReader()


plugin = Plugin(config=NoSettings, build=build)
