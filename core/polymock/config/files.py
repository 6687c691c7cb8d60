"""Config files: which one is meant, and what is written in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from polymock.documents.parsing import to_json
from polymock.errors import ConfigError

FILE_NAMES = ("polymock.yaml", "polymock.yml", "polymock.toml", "polymock.json")
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64

_HAS_MOCKS = re.compile(rb"^mocks[ \t]*:", re.MULTILINE)


def find_config(folder: Path) -> Path | None:
    """The config file in a folder; None where there is none. Raises ConfigError for several."""
    found = [folder / name for name in FILE_NAMES if (folder / name).is_file()]
    if len(found) > 1:
        names = " and ".join(file.name for file in found)
        raise ConfigError(f"{folder} has {names}.", "Keep one of them, or name the one to use.")
    return found[0] if found else None


def is_config(file: Path) -> bool:
    """Whether a file is a config of ours rather than a contract.

    It is one where it has a config's own name, or ends in `.toml`, or it has the key `mocks`.
    """
    if file.name in FILE_NAMES or file.suffix == ".toml":
        return True
    if file.suffix not in {".yaml", ".yml", ".json"} or file.stat().st_size > MAX_BYTES:
        return False
    content = file.read_bytes()
    if file.suffix != ".json":
        return _HAS_MOCKS.search(content) is not None
    try:
        return "mocks" in msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def read_config(file: Path) -> dict[str, Any]:
    """What a YAML, TOML or JSON config says, at most 1 MiB of it. Raises ConfigError."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"{file} is larger than {MAX_BYTES} bytes.", "Is it a config?")
        said = _parse(content, file)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise ConfigError(f"{file} is nested too deeply.") from error
    except ValueError as error:  # of every parser, and of text that is not UTF-8
        raise ConfigError(f"{file} cannot be parsed: {error}.") from error
    if not isinstance(said, dict):
        raise ConfigError(f"{file} must be a table of settings.", "It starts with `mocks:`.")
    if any(depth > MAX_DEPTH for depth in _depths(said)):
        raise ConfigError(f"{file} is nested deeper than {MAX_DEPTH} levels.")
    said.pop("$schema", None)  # for editors
    return said


def _parse(content: bytes, file: Path) -> Any:
    if file.suffix == ".toml":
        return msgspec.to_builtins(tomllib.loads(content.decode("utf-8-sig")))
    return msgspec.json.decode(to_json(content, file.name, MAX_BYTES).content)


def _depths(value: Any) -> Iterator[int]:
    waiting: list[tuple[int, Any]] = [(1, value)]
    while waiting:
        depth, inner = waiting.pop()
        yield depth
        if depth > MAX_DEPTH:
            return
        if isinstance(inner, dict | list):
            items = inner.values() if isinstance(inner, dict) else inner
            waiting.extend((depth + 1, item) for item in items)
