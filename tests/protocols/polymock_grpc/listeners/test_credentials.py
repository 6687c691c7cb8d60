"""TLS and mutual TLS."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest

from polymock.errors import ConfigError
from polymock_grpc.listeners.credentials import load_credentials
from polymock_schemas.config import ServerConfig, TlsConfig

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

ECHO = "/toy.v1.Toy/Echo"


def make(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a server's and a client's certificate that it signed."""
    folder = tmp_path_factory.mktemp("tls")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    authority = ("-x509", "-days", "2", "-subj", "/CN=authority")
    make(folder, "req", *curve, *authority, "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "names").write_text("subjectAltName=DNS:localhost")
    for name in ("server", "client"):
        asked = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        make(folder, "req", *curve, *asked)
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
        files = ("-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "names")
        make(folder, "x509", "-req", *signed, *files)
    return folder


def echo(toy: Any, folder: Path, shown: Sequence[str] = ()) -> bytes:
    """One call by a client that shows these files."""
    key, chain = [(folder / name).read_bytes() for name in shown] or (None, None)
    credentials = grpc.ssl_channel_credentials((folder / "ca.pem").read_bytes(), key, chain)
    with grpc.secure_channel(f"localhost:{toy.port}", credentials) as channel:
        answer: bytes = channel.unary_unary(ECHO)(toy.note(text="safe"), timeout=5)
        return answer


def test_tls(serve: Any, certificates: Path, tmp_path: Path) -> None:
    for name in ("server.pem", "server.key"):
        shutil.copy(certificates / name, tmp_path)
    toy = serve(ServerConfig(tls=TlsConfig("server.pem", "server.key")))
    assert toy.text(echo(toy, certificates)) == "safe"
    ((call, _),) = toy.wait_for(1)
    assert call.origin == f"grpcs://127.0.0.1:{toy.port}"
    with pytest.raises(grpc.RpcError):
        toy.channel().unary_unary(ECHO)(b"", timeout=5)


def test_mutual_tls(serve: Any, certificates: Path) -> None:
    names = ("server.pem", "server.key", "ca.pem")
    toy = serve(ServerConfig(tls=TlsConfig(*(str(certificates / name) for name in names))))
    assert toy.text(echo(toy, certificates, ("client.key", "client.pem"))) == "safe"
    with pytest.raises(grpc.RpcError) as caught:
        echo(toy, certificates)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("cert", "key", "authority", "message"),
    [
        ("gone.pem", "server.key", None, "server.tls.cert: .*gone.pem cannot be read"),
        ("server.pem", "client.key", None, "server.tls.key: client.key is not the private key"),
        ("server.pem", "server.key", "names", "server.tls.client_ca: names holds no certificate"),
    ],
)
def test_wrong_files(
    certificates: Path, cert: str, key: str, authority: str | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_credentials(TlsConfig(cert, key, authority), str(certificates))
