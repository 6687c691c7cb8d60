"""The journal's schema: what it says of itself is what DuckDB makes of it."""

import duckdb
import pytest

from polymock_schemas.calls import Exchange
from polymock_schemas.journal import MACROS, REQUESTS, TABLES, VIEWS, ddl


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        for statement in ddl():
            connection.execute(statement)
        yield connection


@pytest.mark.parametrize("relation", [*TABLES, *VIEWS], ids=lambda relation: relation.name)
def test_columns_are_those_that_duckdb_has(database, relation):
    described = database.execute(f"DESCRIBE {relation.name}").fetchall()
    found = [(row[0], row[1].replace('"location"', "location")) for row in described]
    assert found == [(column.name, column.type) for column in relation.columns]


@pytest.mark.parametrize("relation", [*TABLES, *VIEWS], ids=lambda relation: relation.name)
def test_every_relation_and_column_is_explained_in_the_file(database, relation):
    columns = database.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?", [relation.name]
    ).fetchall()
    assert dict(columns) == {column.name: column.comment for column in relation.columns}
    kind = (
        "duckdb_tables() WHERE table_name"
        if relation.kind == "table"
        else ("duckdb_views() WHERE view_name")
    )
    (comment,) = database.execute(f"SELECT comment FROM {kind} = ?", [relation.name]).fetchone()
    assert comment == relation.comment


@pytest.mark.parametrize("macro", MACROS, ids=lambda macro: macro.name)
def test_columns_of_macros_are_those_that_duckdb_has(database, macro):
    given = ", ".join(f"{each.name} := {each.default}" for each in macro.parameters)
    described = database.execute(f"DESCRIBE FROM {macro.name}({given})").fetchall()
    found = [(row[0], row[1].replace('"location"', "location")) for row in described]
    assert found == [(column.name, column.type) for column in macro.columns]
    assert database.execute(f"FROM {macro.name}()").fetchall() is not None


@pytest.mark.parametrize("macro", MACROS, ids=lambda macro: macro.name)
def test_macros_are_explained_in_the_file(database, macro):
    (found,) = database.execute(
        "SELECT parameters, comment FROM duckdb_functions()"
        " WHERE function_name = ? AND function_type = 'table_macro'",
        [macro.name],
    ).fetchall()
    assert found == ([each.name for each in macro.parameters], macro.comment)


def test_an_exchange_has_the_columns_of_requests():
    assert set(Exchange.__struct_fields__) == {column.name for column in REQUESTS.columns}
