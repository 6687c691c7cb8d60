"""The command line: one sub-command a command, nothing else.

What a command needs is imported inside it, so that `--help` and errors of usage come at once.
"""

from __future__ import annotations

from typing import Any

import rich_click as click

from polymock.config.units import parse_duration
from polymock.errors import ConfigError, SpecError, UserError
from polymock_schemas.commands import CheckResult

PRIVATE_HELP = "Let URLs of specs named here, and their callbacks, be of this machine or network."
PORT = click.IntRange(0, 65535)
MAX_SECONDS = 60
"""The longest that a query may take."""


class _Duration(click.ParamType[float]):
    """A time such as `500ms` or `30s`, in seconds, for a query."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = parse_duration(value)
        except ConfigError as error:
            self.fail(f"{error} {error.hint}", param, ctx)
        if not 0 < seconds <= MAX_SECONDS:
            self.fail(f"{value} is not within 1ms and {MAX_SECONDS}s.", param, ctx)
        return seconds


class _Group(click.RichGroup):
    """Ends with code 1 and a plain message where what the user brought is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UserError as error:
            _report(error)
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="polymock", prog_name="polymock")
def main() -> None:
    """A mock server that answers as your API's document says, with SQL over its traffic."""


@main.command()
@click.argument("specs", nargs=-1, metavar="[CONFIG | SPEC...]")
@click.option("--port", type=PORT, help="Port of the mocks; 0 picks a free one.")
@click.option("--host", help="Address of the mocks.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes.")
@click.option("--admin-port", type=PORT, help="Port of health, logs and the admin API.")
@click.option("--grpc-port", type=PORT, help="Port of gRPC mocks.")
@click.option("--seed", type=int, help="The same seed gives the same answers.")
@click.option("--journal", metavar="PATH", help="The journal's DuckDB file.")
@click.option("--no-journal", is_flag=True, help="Record nothing.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
)
@click.option("--reload", is_flag=True, help="Serve specs and config anew when they change.")
@click.option("--strict", is_flag=True, help="Take warnings about specs for errors.")
@click.option("--allow-private", is_flag=True, help=PRIVATE_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print the start-up panel as JSON.")
def serve(
    specs: tuple[str, ...],
    port: int | None,
    host: str | None,
    workers: int | None,
    admin_port: int | None,
    grpc_port: int | None,
    seed: int | None,
    journal: str | None,
    no_journal: bool,
    log_level: str,
    reload: bool,
    strict: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Serve mocks: of a config, or of specs without one.

    Without arguments it serves polymock.yaml (.yml, .toml, .json) of the working directory.
    """
    if journal is not None and no_journal:
        raise click.UsageError("--journal and --no-journal exclude each other.")
    from polymock.config.loading import Overrides, load
    from polymock.server.control import serve as run

    overrides = Overrides(
        host=host,
        port=port,
        grpc_port=grpc_port,
        admin_port=admin_port,
        workers=workers,
        seed=seed,
        journal=journal,
        no_journal=no_journal,
        allow_private=allow_private,
    )
    loaded = load(specs, overrides)
    code = run(loaded, reload=reload, log_level=log_level, strict=strict, as_json=as_json)
    raise SystemExit(code)


@main.command()
@click.argument("specs", nargs=-1, metavar="[CONFIG | SPEC...]")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--allow-private", is_flag=True, help=PRIVATE_HELP)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of polymock.yaml instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    specs: tuple[str, ...], strict: bool, allow_private: bool, schema: bool, as_json: bool
) -> None:
    """List what is wrong with specs; exit 1 if something cannot be served."""
    from polymock.commands.contracts import check as check_all
    from polymock.commands.contracts import config_schema, is_refused
    from polymock.config.loading import Overrides, load
    from polymock.output import print_json, print_lines
    from polymock.server.panel import fault_line

    if schema:
        print_lines([config_schema()])
        return
    results = check_all(load(specs, Overrides(allow_private=allow_private)))
    if as_json:
        print_json(results)
    else:
        for result in results:
            print_lines([_summary(result), *(f"  {fault_line(fault)}" for fault in result.faults)])
    if is_refused(results, strict=strict):
        raise SystemExit(1)


@main.group()
def logs() -> None:
    """Ask the journal of exchanges."""


@logs.command()
@click.argument("statement", metavar="SQL")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV (RFC 4180).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
@click.option(
    "--timeout", type=_Duration(), default="30s", show_default=True, help="Such as 500ms, 30s, 5m."
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
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


@main.group()
def plugins() -> None:
    """See what is plugged in."""


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the installed plugins, and why one cannot be loaded."""
    from polymock.commands.plugins import list_plugins
    from polymock.output import print_json, print_table

    found = list_plugins()
    if as_json:
        print_json(found)
    else:
        rows = [(p.name, p.kind, p.package, p.version, p.state, p.why) for p in found]
        print_table(("name", "kind", "package", "version", "state", "why not loaded"), rows)


def _summary(result: CheckResult) -> str:
    """One line on a checked spec."""
    counts = [
        _count(number, level)
        for level in ("error", "warning")
        if (number := sum(fault.level == level for fault in result.faults))
    ]
    is_read = result.operations or all(fault.level == "warning" for fault in result.faults)
    what = _count(result.operations, "operation") if is_read else "not read"
    words = filter(None, (result.protocol, what, *(counts or ("nothing wrong",))))
    return f"{result.spec}: {', '.join(words)}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _report(error: UserError) -> None:
    """Say on standard error what is wrong, and what to do."""
    from polymock.output import printable
    from polymock.server.panel import print_faults

    click.echo(printable(f"Error: {error}"), err=True)
    if error.hint:
        click.echo(printable(f"Hint: {error.hint}"), err=True)
    if isinstance(error, SpecError):
        print_faults([fault for fault in error.faults if fault.message not in error.message])
