"""The files of `server.tls`: found and tried before anything listens."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NamedTuple

from polymock.config.loading import resolve
from polymock.errors import ConfigError
from polymock_schemas.config import TlsConfig

MISMATCH = "KEY_VALUES_MISMATCH"
"""OpenSSL's reason where a private key is another certificate's."""


class Certificates(NamedTuple):
    """Who the server says it is, and whom it lets in: files of PEM, absolute."""

    cert: Path
    key: Path
    client_ca: Path | None


def find_certificates(tls: TlsConfig, folder: Path) -> Certificates:
    """The files that the config names, relative to its `folder`.

    Each is read as a server reads it. Raises ConfigError that names the setting and the file.
    """
    cert = _certificates("cert", tls.cert, folder)
    key = _existing("key", tls.key, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key, _refuse_to_ask)
    except ssl.SSLError as error:
        if error.reason == MISMATCH:
            problem = f"is not the private key of {tls.cert}"
            raise _refusal("key", tls.key, problem, "Do the two files belong together?") from error
        raise _refusal("key", tls.key, "holds no private key in PEM", "Is it the key?") from error
    except PermissionError as error:  # by _refuse_to_ask
        hint = "Decrypt it: openssl pkey -in KEY -out PLAIN."
        raise _refusal("key", tls.key, "is encrypted", hint) from error
    authorities = tls.client_ca
    return Certificates(
        cert, key, None if authorities is None else _certificates("client_ca", authorities, folder)
    )


def _certificates(setting: str, name: str, folder: Path) -> Path:
    path = _existing(setting, name, folder)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(path)
    except ssl.SSLError as error:
        hint = "It begins with -----BEGIN CERTIFICATE-----."
        raise _refusal(setting, name, "holds no certificate in PEM", hint) from error
    return path


def _existing(setting: str, name: str, folder: Path) -> Path:
    path = Path(resolve(folder, name))
    try:
        if path.exists() and not path.is_file():
            raise _refusal(setting, name, "is no ordinary file", "Name a file of PEM.")
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refusal(setting, name, f"cannot be read: {reason}", "Is the path right?") from error
    return path


def _refuse_to_ask() -> str:
    """Instead of a password: a server has nobody to ask."""
    raise PermissionError("the key is encrypted")


def _refusal(setting: str, name: str, problem: str, hint: str) -> ConfigError:
    return ConfigError(f"server.tls.{setting}: {name} {problem}.", hint)
