"""TLS for grpcio, from the files that `server.tls` names."""

from __future__ import annotations

from pathlib import Path

import grpc

from polymock.config.certificates import find_certificates
from polymock_schemas.config import TlsConfig


def load_credentials(tls: TlsConfig, folder: str) -> grpc.ServerCredentials:
    """Server credentials; with `client_ca` every client must show a certificate that it signed.

    `folder` is where relative paths start. Raises ConfigError.
    """
    cert, key, client_ca = find_certificates(tls, Path(folder))
    return grpc.ssl_server_credentials(
        [(key.read_bytes(), cert.read_bytes())],
        None if client_ca is None else client_ca.read_bytes(),
        require_client_auth=client_ca is not None,
    )
