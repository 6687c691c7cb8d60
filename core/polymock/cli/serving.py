"""Serving mocks, and checking whether they can be served."""

from __future__ import annotations

import rich_click as click

from polymock.cli.group import PRIVATE_HELP, json_option
from polymock_schemas.commands import CheckResult

PORT = click.IntRange(0, 65535)


@click.command()
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


@click.command()
@click.argument("specs", nargs=-1, metavar="[CONFIG | SPEC...]")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--allow-private", is_flag=True, help=PRIVATE_HELP)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of polymock.yaml instead.")
@json_option
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
