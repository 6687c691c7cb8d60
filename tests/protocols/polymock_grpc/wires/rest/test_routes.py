from __future__ import annotations

import json
import time

import pytest
from msgspec.structs import replace

from polymock_grpc.model import HttpRule, Status
from polymock_grpc.wires.rest import RestRoutes


@pytest.fixture(scope="module")
def routes(library) -> RestRoutes:
    return RestRoutes(list(library.methods.values()), library.registry)


def with_rules(library, *rules: HttpRule) -> RestRoutes:
    return RestRoutes([replace(library.methods["CreateBook"], rules=rules)], library.registry)


@pytest.mark.parametrize(
    ("verb", "path", "method", "captures"),
    [
        ("GET", "/v1/shelves/1/books/2", "GetBook", {"name": "shelves/1/books/2"}),
        ("HEAD", "/v1/shelves/1/books/2", "GetBook", {"name": "shelves/1/books/2"}),
        ("GET", "/v1/books/x%2Fy", "GetBook", {"name": "x%2Fy"}),
        ("GET", "/v1/books/x:y", "GetBook", {"name": "x:y"}),
        ("GET", "/v1/shelves/1/books", "ListBooks", {"parent": "shelves/1"}),
        ("POST", "/v1/shelves/1/books", "CreateBook", {"parent": "shelves/1"}),
        ("PATCH", "/v1/shelves/1/books/2", "UpdateBook", {"book.name": "shelves/1/books/2"}),
        ("DELETE", "/v1/shelves/1/books/2", "DeleteBook", {"name": "shelves/1/books/2"}),
        ("POST", "/v1/shelves/1/books/2:archive", "ArchiveBook", {"name": "shelves/1/books/2"}),
        ("GET", "/v1/files/a/b/c.txt", "ReadFile", {"path": "a/b/c.txt"}),
        ("GET", "/v1/files/a%2Fb/c", "ReadFile", {"path": "a%2Fb/c"}),
        ("GET", "/v1/files", "ReadFile", {"path": ""}),
        ("LOCK", "/v1/locks/a", "LockBook", {"name": "a"}),
        ("GET", "/v1/anything/a", "AnyVerb", {"name": "a"}),
        ("PURGE", "/v1/anything/a", "AnyVerb", {"name": "a"}),
        ("GET", "/v1/books:watch", "WatchBooks", {}),
        ("GET", "/v1/search/a/-5", "Search", {"text": "a", "int64": "-5"}),
        ("POST", "/v1/search", "Search", {}),
    ],
)
def test_find(routes, library, verb, path, method, captures):
    found = routes.find(verb, path)
    assert found is not None
    assert found[0] is library.methods[method]
    assert found[1] in library.methods[method].rules
    assert found[2] == captures


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", "/v1/shelves/1/books/2"),
        ("POST", "/v1/shelves/1/books/2:burn"),
        ("GET", "/v1/shelves//books/2"),
        ("GET", "/v2/x"),
        ("GET", "/" + "a/" * 10_000),
    ],
)
def test_find_nothing(routes, verb, path):
    assert routes.find(verb, path) is None
    assert routes.bind(verb, path) is None


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/shelves/1/books/2", ("DELETE", "GET", "HEAD", "PATCH")),
        ("/v1/shelves/1/books/2:archive", ("DELETE", "GET", "HEAD", "PATCH", "POST")),
        ("/v1/anything/x", ("DELETE", "GET", "HEAD", "LOCK", "PATCH", "POST", "PUT")),
        ("/v1/nothing", ()),
    ],
)
def test_allowed(routes, path, allowed):
    assert routes.allowed(path) == allowed


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (HttpRule("GET", "/v1/{parent"), "no segment at character 5"),
        (HttpRule("GET", "/v1/{nam}"), "library.v1.CreateBookRequest has no field 'nam'"),
        (HttpRule("GET", "/v1/{book.titel}"), "library.v1.Book has no field 'titel'"),
        (HttpRule("GET", "/v1/{book_id.x}"), "book_id has no fields"),
        (HttpRule("GET", "/v1/{book}"), "book is a list, a map or a message"),
        (HttpRule("GET", "/v1/{book.tags}"), "book.tags is a list, a map or a message"),
        (HttpRule("POST", "/v1", body="bok"), "its body is 'bok'"),
        (HttpRule("GET", "/v1", response_body="x"), "its response_body is 'x'"),
        (HttpRule("", "/v1"), "no verb"),
    ],
)
def test_faults(library, rule, says):
    routes = with_rules(library, rule)
    (fault,) = routes.faults
    assert fault.startswith("library.v1.Library/CreateBook: the HTTP rule ")
    assert says in fault
    assert routes.find(rule.verb or "GET", rule.template) is None


def test_the_first_of_two_alike_is_served(library):
    first, second = HttpRule("GET", "/v1/{parent}"), HttpRule("GET", "/v1/{book_id}")
    routes = with_rules(library, first, second)
    assert routes.find("GET", "/v1/x")[1] == first
    assert "has the same address" in routes.faults[0]


def test_no_faults(routes):
    assert routes.faults == []
    assert routes


def test_hostile_paths_cost_little(library):
    rules = [HttpRule("GET", f"/{{parent=a/**}}:v{n}") for n in range(20)]
    rules.append(HttpRule("GET", "/{parent=a/*/*/*/*/*/*/*/*}/b"))
    routes = with_rules(library, *rules)
    started = time.process_time()
    assert routes.find("GET", "/a" + "/a:v" * 126) is None
    assert routes.find("GET", "/a/" + "%2F" * 2000 + ":w") is None
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("verb", "path", "http", "code"),
    [
        ("PUT", "/v1/shelves/1/books/2", 405, "UNIMPLEMENTED"),
        ("GET", "/v1/nothing", 404, "NOT_FOUND"),
    ],
)
def test_refuse(routes, call, verb, path, http, code):
    reply = routes.refuse(call(verb, path), Status(12, "no"))
    assert reply.status == http
    error = {"code": http, "message": "no", "status": code}
    assert json.loads(reply.body) == {"error": error}
    if http == 405:
        assert (b"allow", b"DELETE, GET, HEAD, PATCH") in reply.headers
