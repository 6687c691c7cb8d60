"""The journal of exchanges, asked in SQL."""

from __future__ import annotations

import rich_click as click

from polymock.cli.group import Duration, json_option

MAX_SECONDS = 60
"""The longest that a query may take."""


@click.group()
def logs() -> None:
    """Ask the journal of exchanges."""


@logs.command()
@click.argument("statement", metavar="SQL")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV (RFC 4180).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@click.option(
    "--timeout",
    type=Duration(MAX_SECONDS),
    default="30s",
    show_default=True,
    help="Such as 500ms, 30s, 5m.",
)
@click.option("--journal", metavar="PATH", help="The journal's file.")
@click.option("--config", metavar="PATH", help="The config that names the journal.")
def sql(
    statement: str,
    as_json: bool,
    as_csv: bool,
    limit: int,
    timeout: float,
    journal: str | None,
    config: str | None,
) -> None:
    """Run one SQL statement over the journal, while the server runs or not.

    For example: polymock logs sql "select operation, count(*) from requests group by all"
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    from polymock.commands.journal import choose_journal, query
    from polymock.output import as_objects, print_csv, print_json, print_table

    result = query(statement, choose_journal(journal, config), limit, timeout)
    if as_json:
        print_json(as_objects(result))
    elif as_csv:
        print_csv(result)
    else:
        print_table(result.columns, result.rows)
    if result.truncated:
        click.echo(f"Only the first {limit} rows: --limit shows more.", err=True)


@logs.command("schema")
@json_option
def schema_(as_json: bool) -> None:
    """Say what stands in the journal's tables, views and columns."""
    from polymock.commands.journal import describe
    from polymock.output import print_json, print_lines, print_table

    tables = describe()
    if as_json:
        print_json(tables)
        return
    for table in tables:
        print_lines([f"{table.name} ({table.kind}): {table.comment}"])
        rows = [(column.name, column.type, column.comment) for column in table.columns]
        print_table(("column", "type", "meaning"), rows)
