"""From a mock's config to its contract: which protocol's document it is, then compiling it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from polymock import plugins
from polymock.config.loading import resolve
from polymock.documents.loader import Limits
from polymock.documents.places import is_url
from polymock.documents.remote import Rules, fetch
from polymock.errors import ConfigError, PluginError, SpecError
from polymock.interfaces import Contract, ContractReader, Spec
from polymock_schemas.commands import Fault
from polymock_schemas.config import MockConfig

GROUP = "polymock.protocols"
HEAD_BYTES = 65536
"""How much of a document a protocol sees to recognise it."""


def compile_mock(mock: MockConfig, folder: Path, seed: int = 42) -> tuple[ContractReader, Contract]:
    """Find the protocol of a mock's spec, and compile it.

    `folder` is where the config's relative paths start. Raises SpecError, PluginError, ConfigError.
    """
    location = _near(resolve(folder, mock.spec))
    protocol = mock.protocol or _recognise(mock, location)
    reader: ContractReader = plugins.build(GROUP, protocol, mock.options)
    spec = Spec(
        location=location,
        name=mock.name or Path(mock.spec).stem,
        seed=seed,
        allow_private=mock.allow_private,
        callbacks=mock.callbacks,
    )
    with plugins.guarded(f"The protocol plugin {protocol!r} failed on {mock.spec}"):
        return reader, reader.compile(spec)


def choose_prefixes(
    mocks: Sequence[MockConfig], defaults: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The HTTP prefix of each mock, without trailing slash ("" is the root), and notes on them.

    `defaults` are the prefixes of the mocks' protocols. Mocks that would meet at a default that
    they did not ask for go to `/NAME`. Raises ConfigError where two ask for the same.
    """
    wanted = [
        (default if mock.at is None else mock.at).rstrip("/")
        for mock, default in zip(mocks, defaults, strict=True)
    ]
    crowded = {prefix for prefix, count in Counter(wanted).items() if count > 1}
    chosen: list[str] = []
    notes: list[str] = []
    for mock, prefix in zip(mocks, wanted, strict=True):
        if prefix in crowded and mock.at is None:
            chosen.append(f"/{mock.name}")
            notes.append(f"{mock.name} is served at /{mock.name}, as {prefix or '/'} is shared")
        else:
            chosen.append(prefix)
    for prefix, count in Counter(chosen).items():
        if count > 1:
            sharing = [str(m.name) for m, own in zip(mocks, chosen, strict=True) if own == prefix]
            raise ConfigError(
                f"The mocks {' and '.join(sharing)} are both served at {prefix or '/'}.",
                "Give one of them another prefix with `at:`.",
            )
    return tuple(chosen), tuple(notes)


def _near(location: str) -> str:
    """A path below the working directory as people write it: relative, so errors are short."""
    path, here = Path(location), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else location


def _recognise(mock: MockConfig, location: str) -> str:
    """The first installed protocol, by name, that takes the document for its own."""
    head = _read_head(mock, location)
    installed = plugins.names(GROUP)
    broken: list[str] = []
    for name in installed:
        try:
            reader: ContractReader = plugins.build(GROUP, name, {})
            with plugins.guarded(f"The protocol plugin {name!r} failed on {mock.spec}"):
                if reader.recognises(Path(location).name, head):
                    return name
        except (PluginError, ConfigError) as error:
            broken.append(error.message)
    raise _refusal(
        mock,
        f"no installed protocol recognises it ({', '.join(installed) or 'none is installed'})",
        " ".join(broken) or "Name its protocol with `protocol:`, or install the plugin for it.",
    )


def _read_head(mock: MockConfig, location: str) -> bytes:
    try:
        if is_url(location):
            limits = Limits()
            rules = Rules(limits.file_bytes, limits.seconds, limits.redirects, mock.allow_private)
            return fetch(location, rules).content[:HEAD_BYTES]
        path = Path(location)
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ValueError("it is no ordinary file")  # opening a pipe would wait for ever
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except IsADirectoryError as error:
        raise _refusal(mock, "it is a folder", "Name the document in it.") from error
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        raise _refusal(mock, reason, "Is the path right?") from error
    except ValueError as error:
        raise _refusal(mock, str(error), "") from error


def _refusal(mock: MockConfig, reason: str, hint: str) -> SpecError:
    fault = Fault(level="error", file=mock.spec, path="", message=reason, hint=hint)
    return SpecError(f"{mock.spec}: {reason}.", [fault], hint)
