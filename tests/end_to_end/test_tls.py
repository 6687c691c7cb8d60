"""Mocks over TLS, with a certificate that openssl makes for the test."""

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from end_to_end.servers import Server, polymock

Serve = Callable[..., Server]

PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      responses:
        "200": {description: all, content: {application/json: {example: [Rex]}}}
"""

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the keys")


def openssl(folder: Path, command: str) -> None:
    subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


def sign_client(folder: Path) -> None:
    """`client.pem` and `client.key`, signed by the authority `ca.pem`."""
    openssl(folder, "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -out ca.pem -keyout ca")
    openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=me -out client.csr -keyout client.key")
    (folder / "extensions").write_text("basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n")
    openssl(
        folder,
        "x509 -req -in client.csr -CA ca.pem -CAkey ca -CAcreateserial -days 2"
        " -extfile extensions -out client.pem",
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With `pets.yaml`, `server.pem` and `server.key`."""
    (tmp_path / "pets.yaml").write_text(PETS)
    openssl(
        tmp_path,
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=server -out server.pem"
        " -keyout server.key -addext subjectAltName=DNS:localhost,IP:127.0.0.1",
    )
    return tmp_path


def configure(folder: Path, tls: str) -> None:
    (folder / "polymock.yaml").write_text(
        f"mocks: [{{spec: pets.yaml}}]\nserver: {{tls: {{{tls}}}}}"
    )


def test_mocks_are_served_over_tls_and_the_admin_api_is_not(serve: Serve, folder: Path) -> None:
    configure(folder, "cert: server.pem, key: server.key")
    server = serve("--workers", "2")
    assert server.url.startswith("https://127.0.0.1:")
    trusting = ssl.create_default_context(cafile=str(folder / "server.pem"))
    with httpx.Client(verify=trusting) as client:
        assert client.get(f"{server.url}/pets").json() == ["Rex"]
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{server.url}/pets")
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url.replace('https', 'http')}/pets")
    assert server.admin_url.startswith("http://127.0.0.1:")
    server.await_rows(1)
    assert server.sql("SELECT path, status FROM requests") == [["/pets", 200]]


def test_clients_show_a_certificate_where_the_config_asks_for_it(
    serve: Serve, folder: Path
) -> None:
    sign_client(folder)
    configure(folder, "cert: server.pem, key: server.key, client_ca: ca.pem")
    server = serve()
    trusting = ssl.create_default_context(cafile=str(folder / "server.pem"))
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url}/pets", verify=trusting)
    trusting.load_cert_chain(folder / "client.pem", folder / "client.key")
    assert httpx.get(f"{server.url}/pets", verify=trusting).json() == ["Rex"]


def test_a_wrong_file_is_refused_before_anything_starts(folder: Path) -> None:
    configure(folder, "cert: server.pem, key: gone.key")
    refused = polymock("serve", "--port", "0", "--admin-port", "0", cwd=folder)
    assert refused.returncode == 1
    assert "server.tls.key: gone.key cannot be read" in refused.stderr
    assert not (folder / "polymock.duckdb").exists()
