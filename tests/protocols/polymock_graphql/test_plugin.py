"""The plugin: what it recognises, and what it loads."""

from __future__ import annotations

import subprocess
import sys

from polymock import plugins
from polymock.interfaces import Spec
from polymock_graphql.contract import GraphqlContract


def test_the_plugin_costs_no_graphql_library() -> None:
    code = (
        "import sys, polymock_graphql.plugin\n"
        "heavy = {'graphql', 'strawberry'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_schema_is_compiled_to_a_contract(tmp_path) -> None:
    document = tmp_path / "pets.graphql"
    document.write_text("type Query { pet(id: ID!): Pet } type Pet { id: ID! }")
    reader = plugins.build("polymock.protocols", "graphql", {"introspection": False})
    assert (reader.prefix, reader.shares_prefix) == ("/graphql", False)
    contract = reader.compile(Spec(str(document), "pets"))
    assert isinstance(contract, GraphqlContract)
    assert [operation.name for operation in contract.operations] == ["Query.pet"]
