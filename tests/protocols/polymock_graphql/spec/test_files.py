from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_graphql.spec.document import load

QUERY = "type Query { a: A }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "schema"
    (inner / "types" / "deep").mkdir(parents=True)
    (inner / "query.graphql").write_text(QUERY)
    (inner / "types" / "deep" / "a.graphqls").write_text("type A { b: B }")
    (inner / "types" / "b.gql").write_text("scalar B")
    (inner / "README.md").write_text("# Not a schema {")
    for passed_over in ("node_modules", ".git"):
        (inner / passed_over).mkdir()
        (inner / passed_over / "c.graphql").write_text("broken {")
    return inner


def test_a_folder(folder: Path) -> None:
    document = load(Spec(str(folder), "test"))
    assert {"A", "B"} <= document.schema.type_map.keys()
    assert document.title == "schema"
    assert [Path(file).name for file in document.files] == [
        "schema",
        "query.graphql",
        "b.gql",
        "a.graphqls",
    ]


def test_links_lead_nowhere_outside(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.graphql").write_text("broken {")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "d.graphql").write_text("broken {")
    (folder / "link.graphql").symlink_to(tmp_path / "secret.graphql")
    (folder / "way").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    (folder / "again.graphql").symlink_to(folder / "query.graphql")
    (folder / "gone.graphql").symlink_to(folder / "nothing")
    assert load(Spec(str(folder), "test")).schema.query_type is not None


def test_a_file_that_is_included_twice_is_read_once(folder: Path) -> None:
    spec = Spec(str(folder / "query.graphql"), "test", include=(str(folder), str(folder / "types")))
    assert len(load(spec).files) == 5


@pytest.mark.parametrize(
    ("name", "expected"),
    [("missing.graphql", "no such file"), ("empty", "holds no SDL"), ("a\0b", "NUL")],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SpecError, match=expected) as caught:
        load(Spec(str(tmp_path / name), "test"))
    assert caught.value.faults[0].level == "error"


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a.graphql"
    sdl = '"Größe" type Query { a: Int }'
    for content in (
        sdl.encode("utf-8-sig"),
        sdl.encode("utf-16"),
        sdl.replace(" ", "\r\n").encode(),
    ):
        path.write_bytes(content)
        query = load(Spec(str(path), "test")).schema.query_type
        assert query is not None
        assert query.description == "Größe"
    path.write_bytes(b"type Query {\n a\xff: Int }")
    with pytest.raises(SpecError, match=r"a\.graphql:2: it is no text of UTF-8: byte 15 is 0xff"):
        load(Spec(str(path), "test"))
    path.write_bytes(b"\xff\xfetype Query")
    with pytest.raises(SpecError):
        load(Spec(str(path), "test"))


def test_size(tmp_path: Path) -> None:
    path = tmp_path / "a.graphql"
    path.write_bytes(b"type Query { a: Int }" + b" " * (10 * 1024 * 1024))
    with pytest.raises(SpecError, match="larger than 10485760 bytes"):
        load(Spec(str(path), "test"))


def test_depth(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(["d"] * 20))
    deep.mkdir(parents=True)
    with pytest.raises(SpecError, match="deeper than 16 folders"):
        load(Spec(str(tmp_path), "test"))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"type Query { a: Int }")

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/schema.graphql"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_url(url: str) -> None:
    document = load(Spec(url, "test", allow_private=True))
    assert (document.title, document.files) == ("schema", ())
    with pytest.raises(SpecError, match="private address"):
        load(Spec(url, "test"))
