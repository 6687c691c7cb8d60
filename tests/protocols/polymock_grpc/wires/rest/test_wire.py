from __future__ import annotations

import gzip
import json

import pytest

from polymock.errors import Invalid, TooLarge, Unreadable, UnsupportedMedia
from polymock_grpc.model import Binding, Detail, Metadata, Status
from polymock_grpc.wires.rest import RestRoutes


@pytest.fixture(scope="module")
def routes(library) -> RestRoutes:
    return RestRoutes(list(library.methods.values()), library.registry, max_message=100_000)


@pytest.fixture
def send(routes, call):
    """Binds a request and decodes it: its messages."""

    def send(verb: str, path: str, body: bytes = b"", **headers: str):
        request = call(verb, path, body, **headers)
        bound = routes.bind(verb, request.path)
        assert bound is not None
        return bound.wire.decode(bound.method, request)

    return send


@pytest.fixture
def bind(routes):
    def bind(verb: str, path: str) -> Binding:
        bound = routes.bind(verb, path)
        assert bound is not None
        return bound

    return bind


class TestRequests:
    def test_path(self, send):
        (message,) = send("GET", "/v1/shelves/a%20b/books/c%2Fd")
        assert message.name == "shelves/a b/books/c%2Fd"

    def test_single_segment(self, send):
        (message,) = send("GET", "/v1/books/shelves%2Fa%20b")
        assert message.name == "shelves/a b"

    def test_query(self, send):
        (message,) = send(
            "GET",
            "/v1/shelves/1/books?page_size=5&pageToken=a+b%2B&like.title=T&like.author.name=A"
            "&like.author.teacher.name=B&genres=CRIME&genres=2&like.copies[de]=3&like.tags=x",
        )
        assert message.parent == "shelves/1"
        assert (message.page_size, message.page_token) == (5, "a b+")
        assert message.like.title == "T"
        assert message.like.author.teacher.name == "B"
        assert [int(genre) for genre in message.genres] == [1, 2]
        assert message.like.copies == {"de": 3}
        assert message.like.tags == ["x"]

    def test_query_of_every_type(self, send):
        (message,) = send(
            "GET",
            "/v1/search/t/9223372036854775807?double=1.5&float=Infinity&uint64=18446744073709551615"
            "&flag=true&data=-_8&genre=POETRY&nickname=&numbers=1&numbers=-2&word=w"
            "&at=2024-02-29T12:00:00.5Z&lasts=3.5s&mask=author.name,wrapped_text&wrapped_text=x"
            "&wrapped_number=7&wrappedFlag=false&free=%7B%22a%22:1%7D",
        )
        assert json.loads(message.to_json()) == {
            "double": 1.5,
            "float": "Infinity",
            "int64": "9223372036854775807",
            "uint64": "18446744073709551615",
            "flag": True,
            "text": "t",
            "data": "+/8=",
            "genre": "POETRY",
            "nickname": "",
            "numbers": [1, -2],
            "word": "w",
            "at": "2024-02-29T12:00:00.500Z",
            "lasts": "3.500s",
            "mask": "author.name,wrappedText",
            "wrappedText": "x",
            "wrappedNumber": "7",
            "wrappedFlag": False,
            "free": {"a": 1},
        }

    @pytest.mark.parametrize(
        ("query", "location", "says"),
        [
            ("zork=1", "query.zork", "has no field 'zork'"),
            ("author.zork=1", "query.author.zork", "library.v1.Author has no field 'zork'"),
            ("int32=x", "query.int32", "invalid integer"),
            ("int32=1&int32=2", "query.int32", "more than once"),
            ("uint32=-1", "query.uint32", "out of range"),
            ("flag=yes", "query.flag", "neither true nor false"),
            ("genre=HORROR", "query.genre", "HORROR"),
            ("at=noon", "query.at", "RFC 3339"),
            ("at.seconds=1", "query.at.seconds", "at has no fields"),
            ("data=%25", "query.data", "base64"),
            ("author=x", "query.author", "its fields are parameters"),
            ("authors=x", "query.authors", "its fields are parameters"),
            ("counts=1", "query.counts", "counts[key]"),
            ("nickname[a]=1", "query.nickname[a]", "nickname is no map"),
            ("free=%7B", "query.free", "no JSON"),
            ("text=x", "query.text", "stands in the path"),
            ("any=x", "query.any", "fields are parameters"),
            (".=1", "query..", "has no field ''"),
            ("author." + "teacher." * 40 + "name=x", "query.author.", "deeper than 32"),
        ],
    )
    def test_wrong_parameters(self, send, query, location, says):
        with pytest.raises(Invalid) as caught:
            send("GET", f"/v1/search/t/1?{query}")
        (violation,) = caught.value.violations
        assert violation.location.startswith(location)
        assert says in violation.message

    def test_every_wrong_parameter_is_told(self, send):
        with pytest.raises(Invalid) as caught:
            send("GET", "/v1/search/t/x?int32=x&flag=1")
        locations = [violation.location for violation in caught.value.violations]
        assert locations == ["path.int64", "query.int32", "query.flag"]

    def test_system_parameters_are_passed_over(self, send):
        (message,) = send(
            "GET", "/v1/books/x?alt=json&$alt=json%3Benum-encoding=int&key=k&fields=*"
        )
        assert message.name == "x"

    @pytest.mark.parametrize("query", ["int32=%ff", "%ff=1"])
    def test_query_that_is_no_text(self, send, query):
        with pytest.raises(Unreadable, match="no UTF-8"):
            send("GET", f"/v1/search/t/1?{query}")

    def test_parameters_are_bounded(self, send):
        with pytest.raises(Invalid, match="more than 1000"):
            send("GET", "/v1/search/t/1?" + "numbers=1&" * 5000)

    def test_body_is_all(self, send):
        (message,) = send("POST", "/v1/shelves/1/books/2:archive", b'{"reason": "old"}')
        assert (message.name, message.reason) == ("shelves/1/books/2", "old")

    def test_path_goes_before_body(self, send):
        (message,) = send("POST", "/v1/shelves/1/books/2:archive", b'{"name": "x"}')
        assert message.name == "shelves/1/books/2"

    def test_empty_body(self, send):
        (message,) = send("POST", "/v1/shelves/1/books/2:archive")
        assert message.name == "shelves/1/books/2"

    def test_no_parameters_beside_a_body_that_is_all(self, send):
        with pytest.raises(Invalid, match="takes no query parameters"):
            send("POST", "/v1/shelves/1/books/2:archive?reason=old")

    def test_body_is_a_field(self, send):
        (message,) = send("POST", "/v1/shelves/1/books?book_id=7", b'{"title": "T"}')
        assert (message.parent, message.book_id, message.book.title) == ("shelves/1", "7", "T")

    def test_path_within_the_body_field(self, send):
        (message,) = send("PATCH", "/v1/shelves/1/books/2?updateMask=title", b'{"title": "T"}')
        assert (message.book.name, message.book.title) == ("shelves/1/books/2", "T")
        assert message.update_mask.paths == ["title"]

    def test_body_is_a_list(self, send):
        (message,) = send("PUT", "/v1/tags/7", b'["a", "b"]')
        assert (message.id, message.tags) == ("7", ["a", "b"])

    @pytest.mark.parametrize(
        ("verb", "path", "body", "location"),
        [
            ("PUT", "/v1/tags/7", b'["a", 1]', "body/1"),
            ("PUT", "/v1/tags/7", b'"a"', "body"),
            ("POST", "/v1/shelves/1/books", b'{"titel": "T"}', "body/titel"),
            ("POST", "/v1/search", b'{"author": {"name": 1}}', "body/author/name"),
            ("GET", "/v1/books/x", b'{"name": "x"}', "body"),
        ],
    )
    def test_wrong_bodies(self, send, verb, path, body, location):
        with pytest.raises(Invalid) as caught:
            send(verb, path, body)
        assert [violation.location for violation in caught.value.violations] == [location]

    @pytest.mark.parametrize(
        "body", [b'["a"', b'{}, "id": "x"', b"\xff", b'["\\ud800"]', b"[" * 5000]
    )
    def test_malformed_body_of_a_field(self, send, body):
        with pytest.raises(Unreadable, match="no JSON"):
            send("PUT", "/v1/tags/7", body)

    def test_empty_object_where_no_body_is_taken(self, send):
        assert send("DELETE", "/v1/shelves/1/books/2", b"{}")[0].name == "shelves/1/books/2"

    def test_raw_body(self, send):
        (message,) = send("PUT", "/v1/files/a/b", b"\xff\x00", content_type="image/png")
        assert message.path == "a/b"
        assert (message.content.content_type, message.content.data) == ("image/png", b"\xff\x00")

    def test_compressed_body(self, send):
        body = gzip.compress(b'["a"]')
        (message,) = send("PUT", "/v1/tags/7", body, content_encoding="gzip")
        assert message.tags == ["a"]

    def test_sizes_are_bounded(self, send):
        with pytest.raises(TooLarge):
            send("PUT", "/v1/tags/7", gzip.compress(bytes(200_000)), content_encoding="gzip")
        with pytest.raises(TooLarge):
            send("PUT", "/v1/tags/7", bytes(200_000))

    def test_unknown_compression(self, bind, call):
        request, bound = call("PUT", "/v1/tags/7", b"x", content_encoding="br"), None
        bound = bind("PUT", "/v1/tags/7")
        with pytest.raises(UnsupportedMedia):
            bound.wire.decode(bound.method, request)
        assert bound.wire.refuse(request, Status(3, "no"), bound.method).status == 415

    @pytest.mark.parametrize(
        "body", [b'[{"title": "a"}, {"title": "b"}]', b'{"title": "a"}\n\r\n{"title": "b"}\n']
    )
    def test_client_stream(self, send, body):
        messages = send("POST", "/v1/books:add", body)
        assert [message.title for message in messages] == ["a", "b"]


class TestAnswers:
    def test_every_field_is_written(self, bind, library, call):
        bound = bind("GET", "/v1/books/x")
        reply = bound.wire.encode(bound.method, call("GET"), library.book(title="T"), Metadata())
        assert reply.headers == (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(reply.body)),
        )
        assert json.loads(reply.body) == {
            "name": "",
            "title": "T",
            "pages": "0",
            "genre": "GENRE_UNSPECIFIED",
            "tags": [],
            "copies": {},
        }

    def test_metadata(self, bind, library, call):
        bound = bind("GET", "/v1/books/x")
        metadata = Metadata(headers=((b"x-h", b"1"),), trailers=((b"t-bin", b"\xff"),))
        reply = bound.wire.encode(bound.method, call("GET"), library.book(), metadata)
        assert reply.headers[2:] == ((b"x-h", b"1"), (b"t-bin", b"/w"))

    def test_response_body(self, bind, library, call):
        bound = bind("GET", "/v1/shelves/1/titles")
        message = bound.method.output(titles=["a", "b"], next_page_token="x")
        reply = bound.wire.encode(bound.method, call("GET"), message, Metadata())
        assert reply.body == b'["a","b"]'

    @pytest.mark.parametrize(
        ("content_type", "header"),
        [
            ("text/html", b"text/html"),
            ("", b"application/octet-stream"),
            ("text/x\r\nset-cookie: a", b"text/x  set-cookie: a"),
        ],
    )
    def test_raw(self, bind, call, content_type, header):
        bound = bind("GET", "/v1/files/a")
        message = bound.method.output(content_type=content_type, data=b"\xff<p>")
        reply = bound.wire.encode(bound.method, call("GET"), message, Metadata())
        assert reply.body == b"\xff<p>"
        assert (b"content-type", header) in reply.headers

    def test_compression(self, bind, library, call):
        bound = bind("GET", "/v1/books/x")
        request = call("GET", accept_encoding="gzip")
        reply = bound.wire.encode(bound.method, request, library.book(title="T" * 2000), Metadata())
        assert (b"content-encoding", b"gzip") in reply.headers
        assert json.loads(gzip.decompress(reply.body))["title"] == "T" * 2000


class TestStreams:
    @pytest.mark.parametrize(
        ("accept", "content_type", "whole", "broken"),
        [
            ("*/*", b"application/json", '[{"b":1},{"b":2}]', '[{"b":1},{"error":E}]'),
            (
                "application/x-ndjson",
                b"application/x-ndjson",
                '{"b":1}\n{"b":2}\n',
                '{"b":1}\n{"error":E}\n',
            ),
            (
                "text/event-stream",
                b"text/event-stream",
                'data: {"b":1}\n\ndata: {"b":2}\n\n',
                'data: {"b":1}\n\nevent: error\ndata: {"error":E}\n\n',
            ),
        ],
    )
    def test_forms(self, bind, library, call, stream, read, accept, content_type, whole, broken):
        request = call("GET", accept=accept)
        books = [library.book(title="1"), library.book(title="2")]
        texts = {f'{{"b":{book.title}}}': book.to_json(always_emit_implicit=True) for book in books}
        for short, text in texts.items():
            whole, broken = whole.replace(short, text), broken.replace(short, text)
        bound = bind("GET", "/v1/books:watch")
        reply = bound.wire.encode_stream(bound.method, request, stream(*books), Metadata())
        assert reply.headers == ((b"content-type", content_type),)
        assert b"".join(read(reply)).decode() == whole

        bound = bind("GET", "/v1/books:watch")
        reply = bound.wire.encode_stream(bound.method, request, stream(books[0]), Metadata())
        first = read(reply)[0]
        refusal = bound.wire.refuse(request, Status(14, "gone"), bound.method)
        error = '{"code":503,"message":"gone","status":"UNAVAILABLE"}'
        assert (first + refusal.body).decode() == broken.replace("E}", error + "}")

    def test_nothing(self, bind, call, stream, read):
        bound = bind("GET", "/v1/books:watch")
        reply = bound.wire.encode_stream(bound.method, call("GET"), stream(), Metadata())
        assert read(reply) == [b"[]"]

    def test_error_in_the_place_of_the_first(self, bind, call, stream):
        bound = bind("GET", "/v1/books:watch")
        bound.wire.encode_stream(bound.method, call("GET"), stream(), Metadata())
        refusal = bound.wire.refuse(call("GET"), Status(14, "gone"), bound.method)
        assert json.loads(refusal.body)[0]["error"]["code"] == 503

    def test_one_answer_to_a_client_stream(self, bind, call, stream, read):
        bound = bind("POST", "/v1/books:add")
        message = bound.method.output(titles=["a"])
        reply = bound.wire.encode_stream(bound.method, call(), stream(message), Metadata())
        assert json.loads(b"".join(read(reply)))["titles"] == ["a"]


def test_errors(bind, call):
    bound = bind("GET", "/v1/books/x")
    status = Status(
        code=3,
        message="bad 'ü'",
        details=(
            Detail("google.rpc.RetryInfo", b"", {"retryDelay": "60s"}),
            Detail("google.protobuf.Duration", b"", "3s"),
        ),
        metadata=((b"www-authenticate", b"Bearer"),),
    )
    reply = bound.wire.refuse(call("GET"), status, bound.method)
    assert (reply.status, reply.code, reply.outcome) == (400, 3, "client_error")
    assert (b"www-authenticate", b"Bearer") in reply.headers
    assert (b"content-length", b"%d" % len(reply.body)) in reply.headers
    assert json.loads(reply.body) == {
        "error": {
            "code": 400,
            "message": "bad 'ü'",
            "status": "INVALID_ARGUMENT",
            "details": [
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "60s"},
                {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"},
            ],
        }
    }
