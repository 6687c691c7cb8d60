"""The entry point of the GraphQL protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from polymock.interfaces import Part, Plugin, Spec
from polymock_graphql.settings import GraphqlSettings
from polymock_graphql.spec.recognition import recognises

if TYPE_CHECKING:
    from polymock_graphql.accounting import Account
    from polymock_graphql.contract import GraphqlContract


class GraphqlReader:
    """Implements `polymock.interfaces.ContractReader` for SDL and introspection results, and
    `Accounting`."""

    prefix = "/graphql"
    shares_prefix = False
    kept = ("query", "operationName", "extensions")

    def __init__(self, settings: GraphqlSettings) -> None:
        self._settings = settings

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether the document is SDL or an introspection result."""
        return recognises(name, head)

    def compile(self, spec: Spec) -> GraphqlContract:
        """Load the schema; the clients' documents are compiled when they first come."""
        # graphql-core takes 0.1 s to import, which a config without GraphQL need not pay
        from polymock_graphql.contract import GraphqlContract
        from polymock_graphql.spec.document import load

        return GraphqlContract(load(spec), spec, self._settings)

    def account(self, parts: Sequence[Part]) -> Account:
        """Who tells from documents which fields, arguments and input fields are asked for."""
        from polymock_graphql.accounting import Account  # as above

        return Account(parts)


def build(settings: GraphqlSettings) -> GraphqlReader:
    """Build the protocol. Raises ConfigError."""
    return GraphqlReader(settings)


plugin = Plugin(config=GraphqlSettings, build=build)
