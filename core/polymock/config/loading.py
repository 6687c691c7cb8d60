"""The config: defaults, then the file, then the environment, then the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from polymock.config.files import FILE_NAMES, find_config, is_config, read_config
from polymock.config.settings import ENV_KEY, Problem, decode, refusal, suggestion
from polymock.config.units import parse_duration
from polymock.documents.places import is_url
from polymock.errors import ConfigError
from polymock_schemas.config import Config, MockConfig, ServerConfig

ENVIRONMENT_PREFIX = "POLYMOCK_"
GRPC = "grpc"
"""The protocol whose port has a key of its own, as everybody knows it by that name."""


class Overrides(msgspec.Struct, frozen=True):
    """What the command line says over the file and the environment; None leaves it to them."""

    host: str | None = None
    port: int | None = None
    grpc_port: int | None = None
    admin_port: int | None = None
    workers: int | None = None
    seed: int | None = None
    journal: str | None = None
    """A path relative to the working directory, not to the config's folder."""
    no_journal: bool = False
    allow_private: bool = False
    """Of specs named without a config: their URLs and callbacks may be private."""


NO_OVERRIDES = Overrides()


class LoadedConfig(msgspec.Struct, frozen=True):
    """A config with where it came from. Every mock has its name.

    `folder` is absolute: relative paths in the config start there. `file` is None where specs were
    named instead. `arguments` and `overrides` are what `load` was given, to load it again.
    """

    config: Config
    file: Path | None
    folder: Path
    arguments: tuple[str, ...] = ()
    overrides: Overrides = NO_OVERRIDES

    @property
    def journal_path(self) -> Path | None:
        """The journal's file, absolute; None where nothing is recorded."""
        journal = self.config.journal
        return self.announced_at if journal.enabled else None

    @property
    def announced_at(self) -> Path:
        """The path beside which a server tells that it runs: the journal's, recording or not."""
        return Path(resolve(self.folder, self.config.journal.path))


def load(
    arguments: Sequence[str] = (),
    overrides: Overrides = NO_OVERRIDES,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> LoadedConfig:
    """The config that the command line means.

    `arguments` name one config (a file, or the folder that it is in), or specs (files, folders,
    URLs) to mock without a config, or nothing: then the config in `directory` (the working
    directory). `environ` defaults to the process's. Raises ConfigError, which lists every wrong
    setting.
    """
    directory = (directory or Path.cwd()).absolute()
    environ = os.environ if environ is None else environ
    file = _choose_file(arguments, directory)
    specs = () if file else tuple(arguments)
    raw = (
        read_config(file)
        if file
        else {"mocks": [{"spec": spec, "allow_private": overrides.allow_private} for spec in specs]}
    )
    source = str(file) if file else "the command line"
    settings, problems = _settings_from(environ)
    if problems:
        raise refusal("the environment", problems)
    raw = _merged(_merged(raw, settings), _settings_of(overrides, directory))
    config = decode(raw, Config, source, environ)
    problems = list(_conflicts(config))
    if problems:
        raise refusal(source, problems)
    config = replace(config, mocks=_with_names(config.mocks))
    return LoadedConfig(
        config=config,
        file=file,
        folder=file.parent if file else directory,
        arguments=tuple(arguments),
        overrides=overrides,
    )


def load_again(loaded: LoadedConfig, environ: Mapping[str, str] | None = None) -> LoadedConfig:
    """The same config as its file is now. Raises ConfigError."""
    folder = loaded.folder
    if loaded.file is None:
        return load(loaded.arguments, loaded.overrides, environ, folder)
    return load([str(loaded.file)], loaded.overrides, environ, folder)


def listener_port(server: ServerConfig, protocol: str) -> int:
    """The port that a protocol's own listener is to have; 0 for a free one."""
    return server.grpc_port if protocol == GRPC else server.ports.get(protocol, 0)


def resolve(folder: Path, location: str) -> str:
    """A path as seen from the config's folder; a URL as it is."""
    return location if is_url(location) else str(folder / Path(location).expanduser())


def _choose_file(arguments: Sequence[str], directory: Path) -> Path | None:
    """The config file that is meant; None where the arguments are specs."""
    if not arguments:
        found = find_config(directory)
        if found is None:
            raise ConfigError(
                f"{directory} has no {FILE_NAMES[0]}, and no spec is named.",
                "Name a spec or a config: polymock serve openapi.yaml",
            )
        return found
    configs = [file for argument in arguments if (file := _config_named(argument, directory))]
    if configs and len(arguments) > 1:
        raise ConfigError(
            f"{configs[0]} is a config, and it stands beside other arguments.",
            "Name one config alone, and the specs in it, under `mocks:`.",
        )
    return configs[0] if configs else None


def _config_named(argument: str, directory: Path) -> Path | None:
    """The config file that an argument names; None for a spec. Raises ConfigError."""
    if is_url(argument):
        return None
    path = directory / Path(argument).expanduser()
    try:
        argument.encode()
        if path.is_dir():
            return find_config(path)
        if not path.exists():
            raise ConfigError(f"There is no file {argument}.", "Is the path right?")
        return path if path.is_file() and is_config(path) else None
    except (OSError, ValueError) as error:  # a name too long, not UTF-8, no permission
        raise ConfigError(f"{argument!r} cannot be read: {error}.") from error


def _settings_from(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """What variables such as POLYMOCK_SERVER__PORT set, as references to them."""
    known = _variables()
    settings: dict[str, Any] = {}
    problems = []
    for variable in sorted(environ):
        if not variable.startswith(ENVIRONMENT_PREFIX) or "__" not in variable:
            continue
        if variable in known:
            section, key = known[variable]
            settings.setdefault(section, {})[key] = {ENV_KEY: variable}
        else:
            hint = suggestion(variable, sorted(known))
            problems.append(Problem(variable, "sets nothing that there is", hint))
    return settings, problems


def _variables() -> dict[str, tuple[str, str]]:
    """Every variable that sets a key, with the section and the key that it sets."""
    return {
        f"{ENVIRONMENT_PREFIX}{section}__{key}".upper(): (section, key)
        for section, value in msgspec.structs.asdict(Config()).items()
        if isinstance(value, msgspec.Struct)
        for key in value.__struct_fields__
    }


def _settings_of(overrides: Overrides, directory: Path) -> dict[str, Any]:
    journal = None if overrides.journal is None else resolve(directory, overrides.journal)
    enabled = False if overrides.no_journal else None if journal is None else True
    sections: dict[str, dict[str, Any]] = {
        "server": {
            "host": overrides.host,
            "port": overrides.port,
            "grpc_port": overrides.grpc_port,
            "admin_port": overrides.admin_port,
            "workers": overrides.workers,
        },
        "world": {"seed": overrides.seed},
        "journal": {"path": journal, "enabled": enabled},
    }
    said = {
        section: {key: value for key, value in keys.items() if value is not None}
        for section, keys in sections.items()
    }
    return {section: keys for section, keys in said.items() if keys}


def _merged(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """Both, section by section; where both set a key, the upper's value."""
    merged = dict(lower)
    for section, keys in upper.items():
        below = lower.get(section, {})
        merged[section] = {**below, **keys} if isinstance(below, dict) else below
    return merged


def _conflicts(config: Config) -> Iterator[Problem]:
    """What each setting's own type cannot tell."""
    server = config.server
    if server.port and server.port == server.admin_port:
        yield Problem("server.admin_port", f"{server.port} is server.port already", "")
    if GRPC in server.ports:
        yield Problem(f"server.ports.{GRPC}", "gRPC's port is server.grpc_port", "Set that.")
    for name, choice in config.auth.items():
        if isinstance(choice, dict) and not isinstance(choice.get("type"), str):
            hint = "It names a plugin of `polymock.auth`, such as `type: api-key`."
            yield Problem(f"auth.{name}.type", "this key is missing or not text", hint)
    journal = config.journal
    if (
        journal.retain is not None
        and journal.archive is not None
        and parse_duration(journal.archive) >= parse_duration(journal.retain)
    ):
        problem = "what is that old is deleted by journal.retain, and never archived"
        yield Problem("journal.archive", problem, "Archive sooner, or retain longer.")
    names: dict[str, int] = {}
    for index, mock in enumerate(config.mocks):
        for position, name in enumerate(mock.auth or ()):
            if name not in config.auth:
                where = f"mocks[{index}].auth[{position}]"
                hint = suggestion(name, sorted(config.auth)) or "`auth:` is empty."
                yield Problem(where, f"`auth:` has no {name!r}", hint)
        if mock.name is not None:
            first = names.setdefault(mock.name, index)
            if first != index:
                problem = f"{mock.name!r} is the name of mocks[{first}] already"
                yield Problem(f"mocks[{index}].name", problem, "Give it another name.")


def _with_names(mocks: Sequence[MockConfig]) -> tuple[MockConfig, ...]:
    """Each mock with its name: as written, or its file's stem, numbered where that is taken."""
    taken = {mock.name for mock in mocks if mock.name is not None}
    named = []
    for mock in mocks:
        name = mock.name
        if name is None:
            stem = _stem(mock.spec)
            name, number = stem, 2
            while name in taken:
                name, number = f"{stem}-{number}", number + 1
            taken.add(name)
        named.append(replace(mock, name=name))
    return tuple(named)


def _stem(spec: str) -> str:
    """A name out of a spec's location, in the letters that a mock's name may have."""
    stem = Path(spec).stem or Path(spec).absolute().name
    if is_url(spec):
        with suppress(ValueError):  # no valid URL: whoever fetches it says why
            parts = urlsplit(spec)
            stem = PurePosixPath(parts.path).stem or parts.netloc
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:48] or "mock"
