"""TLS for grpcio, from the files that `server.tls` names."""

from __future__ import annotations

import ssl
from pathlib import Path

import grpc

from polymock.errors import ConfigError
from polymock_schemas.config import TlsConfig


def load_credentials(tls: TlsConfig, folder: str) -> grpc.ServerCredentials:
    """Server credentials; with `client_ca` every client must show a certificate that it signed.

    `folder` is where relative paths start. Raises ConfigError.
    """
    cert, key = _path(folder, tls.cert), _path(folder, tls.key)
    chain, secret = _read(cert, "cert"), _read(key, "key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key, password="")  # an empty one: never ask a terminal
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError(
            f"server.tls: {tls.cert} and {tls.key} are no certificate with its key ({error}).",
            "Both must be PEM, the key not encrypted, and belong together.",
        ) from error
    authorities = None
    if tls.client_ca is not None:
        path = _path(folder, tls.client_ca)
        authorities = _read(path, "client_ca")
        try:
            context.load_verify_locations(path)
        except ssl.SSLError as error:
            raise ConfigError(
                f"server.tls.client_ca: {tls.client_ca} has no certificate ({error}).",
                "Name a PEM file with the authorities' certificates.",
            ) from error
    return grpc.ssl_server_credentials(
        [(secret, chain)], authorities, require_client_auth=authorities is not None
    )


def _path(folder: str, name: str) -> Path:
    return Path(folder) / Path(name).expanduser()


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"server.tls.{key}: {path} cannot be read: {error.strerror or error}.",
            "Is the path right? It starts at the config's folder.",
        ) from error
