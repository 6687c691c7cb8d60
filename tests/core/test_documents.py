from __future__ import annotations

import http.server
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from polymock.documents import Documents, Limits, Place, is_url
from polymock.documents import sections as sections_module
from polymock.documents.remote import is_public, judged_address
from polymock.documents.sections import UncuttableError, in_sections
from polymock.documents.yaml import ParseError, yaml_to_json
from polymock.errors import SpecError

BIG = 64 * 1024 * 1024


def put(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def from_yaml(text: str) -> object:
    return json.loads(yaml_to_json(text, BIG)[0])


def refusal(location: str, limits: Limits | None = None) -> SpecError:
    with pytest.raises(SpecError) as caught:
        Documents(location, limits=limits)
    return caught.value


# --- bytes to JSON -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'{"a": {"b": 1}}'),
        ("a.yaml", b"a:\n  b: 1\n"),
        ("a.yaml", b"{a: {b: 1,},}"),
        ("a", b"\xef\xbb\xbf" + b"a: {b: 1} # comment"),
        ("a.json", b"\xef\xbb\xbf" + b'{"a": {"b": 1}}'),
        ("a.json", "\ufeff{}".replace("{}", '{"a": {"b": 1}}').encode("utf-16-le")),
        ("a.json", '{"a": {"b": 1}}'.encode("utf-16-le")),
        ("a.yaml", "\ufeffa: {b: 1}".encode("utf-16-be")),
        ("a.json", b"a: {b: 1}"),
    ],
)
def test_every_form_of_a_document_reads_the_same(tmp_path: Path, name: str, content: bytes) -> None:
    assert Documents(put(tmp_path, name, content)).root == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        (b"", "", "empty"),
        (b" \n \n", "", "empty"),
        (b"a: [1\nb: 2", "2:2", "line 2"),
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", "4", "`c` stands twice"),
        (b"a: \xff\n", "1", "no UTF-8"),
        (b"a: 1\n\tb: 2\n", "", "YAML"),
        (b"a: *nope\n", "1:4", "unknown anchor"),
        (b"? [a]\n: 1\n", "", "key"),
    ],
)
def test_what_cannot_be_parsed_says_where(
    tmp_path: Path, content: bytes, where: str, said: str
) -> None:
    error = refusal(put(tmp_path, "a.yaml", content))
    assert said in error.message
    assert error.faults[0].path.startswith(where)
    assert error.faults[0].file.endswith("a.yaml")


def test_json_errors_name_line_and_column(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, "a.json", '{"a": 1,\n "b": }'))
    assert error.faults[0].path == "2:7"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    refusal(put(tmp_path, "a.json", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
    refusal(put(tmp_path, "a.yaml", b"a: " + b"[" * 100_000))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(str(tmp_path / "none.yaml")).message
    assert "it is a folder; name the document in it" in refusal(str(tmp_path)).message
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(str(tmp_path / "pipe")).message
    assert "NUL" in refusal("a\0b").message


def test_only_the_first_of_several_yaml_documents_is_read(tmp_path: Path) -> None:
    documents = Documents(put(tmp_path, "a.yaml", "a: 1\n---\nb: 2\n"))
    assert documents.root == {"a": 1}
    assert "2 YAML documents" in documents.faults[0].message


def test_repeated_keys_of_json_are_named(tmp_path: Path) -> None:
    documents = Documents(put(tmp_path, "a.json", '{"a": {"b": 1, "b": 2}}'))
    documents.check_keys()
    assert ["`b` stands twice" in fault.message for fault in documents.faults] == [True]


# --- YAML ----------------------------------------------------------------------------------------


def test_yaml_keys_become_strings() -> None:
    assert from_yaml("200: a\n2.5: b\ntrue: c\n~: d\non: e\n010: f\n") == {
        "200": "a",
        "2.5": "b",
        "true": "c",
        "null": "d",
        "on": "e",
        "010": "f",
    }


def test_yaml_integers_of_any_size_are_numbers() -> None:
    digits = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
    assert from_yaml(f"a: {digits}\nb: '{digits}'\n") == {"a": float(digits), "b": digits}


def test_merge_keys_are_merged_and_own_keys_win() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  a: 0\n  <<: [*x, *y]\n  d: 3\n"
    assert from_yaml(text) == {
        "x": {"a": 1, "b": 1},
        "y": {"b": 2, "c": 2},
        "z": {"a": 0, "b": 1, "c": 2, "d": 3},
    }


def test_aliases_stand_for_what_was_anchored_last() -> None:
    text = "a: &n 1\nb: *n\nc: &n [x, &m {k: v}]\nd: [*n, *m]\n"
    assert from_yaml(text) == {
        "a": 1,
        "b": 1,
        "c": ["x", {"k": "v"}],
        "d": [["x", {"k": "v"}], {"k": "v"}],
    }


def test_text_that_looks_like_anchors_stays_text() -> None:
    text = 'a: &x 1\nb: *x\nc: |\n  say &x and *x and !~x\n  - *x\nd: "it is &x *x"\n'
    assert from_yaml(text) == {
        "a": 1,
        "b": 1,
        "c": "say &x and *x and !~x\n- *x\n",
        "d": "it is &x *x",
    }


def test_unknown_tags_are_dropped() -> None:
    assert from_yaml("a: !thing {b: !other 1}\n") == {"a": {"b": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 8)}]\n" for i in range(1, 30)),
        "a: &a " + "x" * 100_000 + "\nb: [" + "*a, " * 5_000 + "]\n",
        "a: &a {" + ", ".join(f"k{i}: x" for i in range(5000)) + "}\n"
        "b: [" + "{<<: *a}, " * 5_000 + "]\n",
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{i}: &a{i} {{l: *a{i - 1}, r: *a{i - 1}}}\n" for i in range(1, 60)),
        "a: &a {b: *a}\n",
        "a0: &a0 x\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 5000)),
    ],
    ids=["lists", "text", "merges", "objects", "itself", "chain"],
)
def test_alias_bombs_are_refused_quickly(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ParseError):
        yaml_to_json(text, 4 * 1024 * 1024)
    assert time.process_time() - start < 5


def test_sections_of_large_yaml_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections_module, "SECTION", 20)
    text = (
        "# comment\n---\nopenapi: 3.0.0\n# more\npaths:\n\n"
        "  /a:\n    get:\n      tags:\n      - x\n      - y\n      responses:\n"
        "        200:\n          description: |\n            many words: and more\n\n"
        "            and more of them\n"
        "  '/b':\n    get: {}\n  /c: {get: {x: 1}}\nlist:\n- a: 1\n  b: 2\n- c\n"
    )

    def whole(part: str) -> bytes:
        return yaml_to_json(part, BIG)[0]

    assert json.loads(in_sections(text, whole)) == json.loads(whole(text))


@pytest.mark.parametrize("text", ["a: 1\nb: 'x\ny: z'\na: 2\n", "- a\n- b\n", "a: 1\n---\nb: 1\n"])
def test_what_cannot_be_cut_is_left_whole(text: str) -> None:
    with pytest.raises((UncuttableError, ParseError)):
        in_sections(text, lambda part: yaml_to_json(part, BIG)[0])


# --- references ----------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Documents:
    put(tmp_path, "common/Error.json", '{"type": "object", "self": {"$ref": "#/type"}}')
    put(tmp_path, "spec/my file.yaml", "x: {y: [1, {z: deep}]}\nback: {$ref: 'root.yaml#/a'}\n")
    root = put(
        tmp_path,
        "spec/root.yaml",
        """
a: {name: A}
"a/b~c d{e}": {name: odd}
refs:
  - {$ref: '../common/Error.json'}
  - {$ref: './my%20file.yaml#/x/y/1/z'}
  - {$ref: 'gone.yaml'}
  - {$ref: '../../outside.yaml'}
  - {$ref: 'file:///etc/passwd'}
  - {$ref: '/etc/passwd'}
named: {$id: 'https://example.com/thing', inner: {$anchor: here, name: anchored}}
""",
    )
    return Documents(root)


@pytest.mark.parametrize(
    ("reference", "node"),
    [
        ("#/a", {"name": "A"}),
        ("#/a~1b~0c%20d%7Be%7D", {"name": "odd"}),
        ("#/a~1b~0c d{e}/name", "odd"),
        ("root.yaml#/a/name", "A"),
        ("my%20file.yaml#/x/y/1/z", "deep"),
        ("my file.yaml#/x/y/1/z", "deep"),
        ("../common/Error.json#/type", "object"),
        ("#here", {"$anchor": "here", "name": "anchored"}),
        ("https://example.com/thing#/inner/name", "anchored"),
    ],
)
def test_references_lead_to_nodes(tree: Documents, reference: str, node: object) -> None:
    assert tree.resolve(reference, tree.place)[0] == node
    assert tree.exists(reference, tree.place)


def test_references_are_relative_to_the_file_they_stand_in(tree: Documents) -> None:
    error, place = tree.resolve("../common/Error.json", tree.place)
    assert error["type"] == "object"
    assert tree.resolve("#/type", place)[0] == "object"
    _, other = tree.resolve("my%20file.yaml#/back", tree.place)
    assert tree.resolve("root.yaml#/a", other) == ({"name": "A"}, tree.place.child("a"))


def test_the_files_read_or_missing_are_listed(tree: Documents) -> None:
    names = [Path(file).name for file in tree.files]
    assert sorted(names) == ["Error.json", "gone.yaml", "my file.yaml", "root.yaml"]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("gone.yaml", "no such file"),
        ("../../outside.yaml", "only files below"),
        ("file:///etc/passwd", "refused"),
        ("/etc/passwd", "only files below"),
        ("other.yaml", "was not read"),
        ("#/nothing/here", "leads to nothing"),
        ("#/a/name/0", "leads to nothing"),
        ("#unknown", "unknown anchor"),
        ("ftp://example.com/x", "refused"),
        ("http://[::1", "cannot be followed"),
        ("#/" + "x/" * 5000, "refused"),
    ],
)
def test_references_that_lead_nowhere_say_why(tree: Documents, reference: str, said: str) -> None:
    assert not tree.exists(reference, tree.place)
    with pytest.raises(SpecError, match=said) as caught:
        tree.resolve(reference, tree.place.child("refs", 2))
    assert caught.value.faults[0].path == "/refs/2"


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret/data.yaml", "a: 1\n")
    root = put(tmp_path, "project/spec/root.yaml", "x: {$ref: 'link.yaml'}\n")
    (tmp_path / "project/spec/link.yaml").symlink_to(secret)
    documents = Documents(root)
    assert not documents.exists("link.yaml", documents.place)


def test_the_number_and_size_of_files_are_bounded(tmp_path: Path) -> None:
    root = put(tmp_path, "root.yaml", "x: [{$ref: a.yaml}, {$ref: b.yaml}]\n")
    put(tmp_path, "a.yaml", "a: 1\n")
    put(tmp_path, "b.yaml", "b: " + "x" * 1000 + "\n")
    few = Documents(root, limits=Limits(files=2))
    assert len(few.files) == 2
    small = Documents(root, limits=Limits(file_bytes=500))
    assert small.exists("a.yaml", small.place)
    assert not small.exists("b.yaml", small.place)
    assert "larger than 10 bytes" in refusal(root, Limits(file_bytes=10)).message


def test_large_objects_are_opened_lazily_and_wrong_parts_fail_alone(tmp_path: Path) -> None:
    filler = ",".join(f'"k{i}": {{"v": {i}}}' for i in range(10_000))
    text = f'{{"big": {{{filler}, "bad": [1e999], "~/": {{"x": 1}}}}, "list": [1]}}'
    documents = Documents(put(tmp_path, "a.json", text))
    assert documents.root["big"]["k7"] == {"v": 7}
    assert documents.at(Place(documents.place.file, "/big/~0~1/x")) == 1
    assert len(documents.at(documents.place.child("big", "k1"))) == 1
    with pytest.raises(SpecError, match="/big/bad"):
        documents.root["big"]["bad"]


# --- URLs ----------------------------------------------------------------------------------------


class Site(http.server.BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    hosts: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.hosts.append(self.headers["host"])
        status, headers, body = self.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    Site.hosts = []
    Site.pages = {
        "/spec/root.yaml": (200, {}, b"a: {$ref: parts/a.yaml}\nb: {$ref: 'file:///etc/passwd'}\n"),
        "/spec/parts/a.yaml": (200, {}, b"name: A\n"),
        "/moved": (302, {"location": "/spec/root.yaml"}, b""),
        "/loop": (302, {"location": "/loop"}, b""),
        "/away": (302, {"location": "file:///etc/passwd"}, b""),
        "/big": (200, {}, b"a: " + b"x" * 10_000),
    }
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_urls_are_read_with_what_they_refer_to(site: str) -> None:
    for location in (f"{site}/spec/root.yaml", f"{site}/moved"):
        documents = Documents(location, allow_private=True)
        assert documents.resolve("parts/a.yaml", documents.place)[0] == {"name": "A"}
        assert not documents.exists("file:///etc/passwd", documents.place)
        assert documents.files == []


def test_files_may_refer_to_urls(site: str, tmp_path: Path) -> None:
    reference = f"{site}/spec/parts/a.yaml"
    documents = Documents(
        put(tmp_path, "a.yaml", f"x: {{$ref: '{reference}'}}"), allow_private=True
    )
    assert documents.resolve(reference, documents.place)[0] == {"name": "A"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/loop", "redirects more than"),
        ("/away", "no http"),
        ("/none", "answered 404"),
        ("/big", "larger than"),
    ],
)
def test_urls_that_cannot_be_read_say_why(site: str, path: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        Documents(site + path, allow_private=True, limits=Limits(file_bytes=5000))


def test_a_server_that_drips_is_left_when_time_is_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        location = f"http://127.0.0.1:{server.getsockname()[1]}/a.yaml"
        start = time.monotonic()
        with pytest.raises(SpecError, match="did not arrive within"):
            Documents(location, allow_private=True, limits=Limits(seconds=0.2))
        assert time.monotonic() - start < 10


def test_private_addresses_are_refused_unless_allowed(site: str) -> None:
    with pytest.raises(SpecError, match="private address"):
        Documents(f"{site}/spec/root.yaml")
    assert Site.hosts == []


def test_a_name_is_looked_up_once_and_its_address_used(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.rpartition(":")[2])
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, *rest: object, **options: object) -> object:
        asked.append(str(host))
        return real("127.0.0.1", port, type=socket.SOCK_STREAM)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    documents = Documents(f"http://mock.example:{port}/spec/parts/a.yaml", allow_private=True)
    assert documents.root == {"name": "A"}
    assert Site.hosts == [f"mock.example:{port}"]
    assert asked.count("mock.example") == 1


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses = ["93.184.216.34", "10.0.0.1"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (ip, 80)) for ip in addresses]
    )
    with pytest.raises(ValueError, match=r"10\.0\.0\.1"):
        judged_address("rebind.example", 80, allow_private=False)
    addresses.pop()
    assert judged_address("rebind.example", 80, allow_private=False) == "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0"),
        *("fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "fd00:ec2::254", "nonsense"),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_urls_and_paths_are_told_apart() -> None:
    assert is_url("HTTP://example.com/a") and is_url("https://example.com")
    assert not is_url("httpdocs/a.yaml") and not is_url("C:/a.yaml")
