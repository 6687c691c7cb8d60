from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.generating.conftest import SHOP
from polymock.commands.context import Context
from polymock.commands.generating import generate
from polymock.errors import SpecError
from polymock.generating.fetched import fetch_into
from polymock_schemas.generating import Generated, GenerateParams

PAGES: Mapping[str, str] = {
    "/v1/api/shop.yaml": SHOP.replace("#/components/schemas/Pet", "../types/pet.json", 1),
    "/v1/types/pet.json": '{"type": "object", "properties": {"id": {"$ref": "id.json"}}}',
    "/v1/types/id.json": '{"type": "integer"}',
    "/docs": SHOP,
    "/thief.yaml": SHOP.replace("#/components/schemas/Pet", "../../../secret.json", 1),
    "/pets.graphql": "type Query { version: String! }",
}


@pytest.fixture
def site() -> Iterator[str]:
    """The URL of a server with those pages."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = PAGES.get(self.path.partition("?")[0])
            self.send_response(404 if page is None else 200)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def made(folder: Path, url: str, *, allow_private: bool = True) -> Generated:
    params = GenerateParams((url,), str(folder / "out"), allow_private=allow_private)
    return generate(Context(), params)


def test_a_document_is_stored_with_what_it_refers_to(tmp_path: Path, site: str) -> None:
    result = made(tmp_path, f"{site}/v1/api/shop.yaml")
    home = "specs/shop/127.0.0.1/v1"
    stored = [file for file in result.files if file.startswith("specs")]
    assert stored == [f"{home}/api/shop.yaml", f"{home}/types/id.json", f"{home}/types/pet.json"]
    assert result.mocks[0].spec == f"{home}/api/shop.yaml"
    assert result.mocks[0].calls == 2


@pytest.mark.parametrize("page", ["docs?a=b", "pets.graphql"])
def test_documents_of_every_kind_are_stored(tmp_path: Path, site: str, page: str) -> None:
    assert made(tmp_path, f"{site}/{page}").mocks[0].calls > 0


def test_private_addresses_must_be_admitted(tmp_path: Path, site: str) -> None:
    with pytest.raises(SpecError, match="allow_private"):
        made(tmp_path, f"{site}/docs", allow_private=False)
    assert list(tmp_path.iterdir()) == []


def test_a_document_of_the_net_reads_no_file_of_this_machine(
    tmp_path: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.json").write_text('{"type": "string"}')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError, match="none of its own"):
        fetch_into(tmp_path / "specs" / "thief", f"{site}/thief.yaml", allow_private=True)
