"""Serving mocks: the one sub-command that is no command, as it is what commands are asked of."""

from __future__ import annotations

import rich_click as click

from polymock.cli.group import PRIVATE_HELP

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
    from polymock.server.spawning import spawned

    with spawned() as worker:  # it loads what it needs while we do
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
        code = run(
            loaded,
            reload=reload,
            log_level=log_level,
            strict=strict,
            as_json=as_json,
            spawned=worker,
        )
    raise SystemExit(code)
