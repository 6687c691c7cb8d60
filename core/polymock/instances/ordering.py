"""What an instance is to serve: specs by path or URL, and texts, read before anything starts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from polymock.config.loading import LoadedConfig, load, resolve
from polymock.documents.places import is_url
from polymock.errors import ConfigError, SpecError, UserError
from polymock.instances.claiming import default_name, new_run
from polymock.instances.describing import ports_of
from polymock.instances.output import read_panel
from polymock.instances.record import Record, overrides_of
from polymock.instances.registry import Registry
from polymock.instances.texts import check_texts, served_names, staged
from polymock_schemas.config import ServerConfig
from polymock_schemas.instances import ChangeParams, ServeOptions, StartParams, TextFile


class Order(msgspec.Struct, frozen=True):
    """What is to be served, and how.

    `specs` are as `polymock serve` takes them in `folder`; where there are `texts` they are in the
    instance's own folder, and the others are absolute. `config` is the config file or "", `stem`
    what the instance is called if nothing else is said.
    """

    run: str
    specs: tuple[str, ...]
    texts: tuple[TextFile, ...]
    options: ServeOptions
    folder: str
    config: str
    stem: str
    server: ServerConfig

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the texts."""
        return tuple(text.name for text in self.texts)


def order_of(registry: Registry, params: StartParams, here: Path) -> Order:
    """What a new instance is to serve. Raises ConfigError, CommandError."""
    names = ServeOptions.__struct_fields__
    options = ServeOptions(**{name: getattr(params, name) for name in names})
    folder = (here / Path(params.folder).expanduser()).absolute()
    return _order(registry, params.specs, params.texts, options, folder, os.environ)


def order_anew(
    registry: Registry,
    record: Record,
    params: ChangeParams,
    here: Path,
    environ: Mapping[str, str],
) -> Order:
    """What an instance of a record is to serve instead, tried as far as can be.

    Raises ConfigError, SpecError, PluginError, CommandError.
    """
    before = record.options
    panel = read_panel(registry.panel_of(record))
    ports = {} if panel is None else ports_of(panel)
    journal = "" if panel is None or before.no_journal else panel.journal
    said = {
        "port": ports.get("http"),
        "admin_port": ports.get("admin"),
        "grpc_port": ports.get("grpc"),
        "seed": params.seed,
        "strict": params.strict,
        "allow_private": params.allow_private,
        "journal": before.journal or journal or None,
    }
    options = replace(before, **{name: value for name, value in said.items() if value is not None})
    folder = (here / Path(params.folder).expanduser()).absolute()
    order = _order(registry, params.specs, params.texts, options, folder, environ, tried=True)
    if record.texts and not params.texts:  # it stays in its own folder
        return replace(order, specs=_absolute(order.specs, folder))
    return order


def _order(
    registry: Registry,
    specs: Sequence[str],
    texts: Sequence[TextFile],
    options: ServeOptions,
    folder: Path,
    environ: Mapping[str, str],
    *,
    tried: bool = False,
) -> Order:
    run = new_run()
    if not texts:
        loaded = load(specs, overrides_of(options), environ, folder)
        if tried:
            try_out(loaded, environ)
        return _of(run, loaded, tuple(specs), (), options, folder)
    check_texts(texts)
    named = (*served_names(texts), *_absolute(specs, folder))
    with staged(registry.stage_of(run), texts) as stage, _named_as_given(stage):
        loaded = load(named, overrides_of(options), environ, stage)
        if loaded.file is None:
            options = _with_free_ports(options)
            loaded = load(named, overrides_of(options), environ, stage)
        if tried:
            try_out(loaded, environ)
    return _of(run, loaded, named, tuple(texts), options, folder)


def _of(
    run: str,
    loaded: LoadedConfig,
    specs: tuple[str, ...],
    texts: tuple[TextFile, ...],
    options: ServeOptions,
    folder: Path,
) -> Order:
    if not loaded.config.mocks:
        raise ConfigError(
            "There is nothing to serve: no mock is configured.", "List specs under `mocks:`."
        )
    config = "" if loaded.file is None else specs[0] if texts else str(loaded.file)
    stem = (loaded.config.mocks[0].name or "mock") if texts else default_name(loaded)
    return Order(run, specs, texts, options, str(folder), config, stem, loaded.config.server)


def _with_free_ports(options: ServeOptions) -> ServeOptions:
    """Ports of which nothing is said are free ones, as nobody else knows of this instance."""
    ports = ("port", "admin_port", "grpc_port")
    return replace(options, **{name: getattr(options, name) or 0 for name in ports})


def _absolute(specs: Sequence[str], folder: Path) -> tuple[str, ...]:
    return tuple(spec if is_url(spec) else resolve(folder, spec) for spec in specs)


@contextmanager
def _named_as_given(stage: Path) -> Iterator[None]:
    """Faults in texts are told by their names, not by where they are looked at."""
    places = (f"{stage}/", f"{os.path.relpath(stage)}/")

    def plain(text: str) -> str:
        for place in places:
            text = text.replace(place, "")
        return text

    try:
        yield
    except UserError as error:
        error.message, error.hint = plain(error.message), plain(error.hint)
        error.args = (error.message,)
        if isinstance(error, SpecError):
            error.faults = tuple(
                replace(fault, file=plain(fault.file), message=plain(fault.message))
                for fault in error.faults
            )
        raise


def try_out(loaded: LoadedConfig, environ: Mapping[str, str]) -> None:
    """Try all that a start needs and that can be tried beside a server: contracts, plugins with
    their settings, certificates, seeds. Raises SpecError, PluginError, ConfigError."""
    # Imported here: only a change or a restart needs the protocols in this process.
    from polymock.config.certificates import find_certificates
    from polymock.contracts import compile_mock
    from polymock.observing.building import check_observers
    from polymock.storage import build_storage
    from polymock.strategies import build_strategies
    from polymock.world.inferring import infer, mock_names
    from polymock.world.seeds import read_seeds

    config, folder = loaded.config, loaded.folder
    contracts = [compile_mock(mock, folder, config.world.seed)[1] for mock in config.mocks]
    build_strategies(config, environ)
    build_storage(config.world.store, environ)
    check_observers(config.observers, environ)
    if config.server.tls is not None:
        find_certificates(config.server.tls, folder)
    if config.world.enabled:
        read_seeds(config.world, folder, infer(config, mock_names(config), contracts))
