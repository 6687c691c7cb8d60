"""Where the tokens and the policy of a server are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from polymock.config.files import find_config
from polymock.config.loading import LoadedConfig, load, resolve
from polymock.state import state_folder
from polymock_schemas.config import ServerConfig

FILE_NAME = "tokens.json"
VARIABLE = "POLYMOCK_SERVER__TOKENS"


def tokens_of(server: ServerConfig, folder: Path, environ: Mapping[str, str] | None = None) -> Path:
    """The file of a server's tokens: as the config says, else the user's own."""
    if server.tokens is not None:
        return Path(resolve(folder, server.tokens))
    return state_folder(os.environ if environ is None else environ) / FILE_NAME


def policy_of(server: ServerConfig, folder: Path) -> Path | None:
    """The file of a server's policy; None for the one that comes with Polymock."""
    return None if server.policy is None else Path(resolve(folder, server.policy))


def find_tokens(config: str, folder: Path, environ: Mapping[str, str] | None = None) -> Path:
    """The file of the tokens of the config named, or the one in a folder; the user's own where
    there is none. Raises ConfigError where the config is wrong."""
    environ = os.environ if environ is None else environ
    if config or find_config(folder) is not None:
        loaded: LoadedConfig = load([config] if config else [], environ=environ, directory=folder)
        return tokens_of(loaded.config.server, loaded.folder, environ)
    return tokens_of(ServerConfig(tokens=environ.get(VARIABLE)), folder, environ)
