from polymock.replies import RememberedReplies
from polymock_schemas.calls import Call, Reply


def call(path: str, body: bytes = b"") -> Call:
    return Call("GET", path, b"", (), {}, body)


def reply(body: bytes = b"") -> Reply:
    return Reply(status=200, headers=(), body=body, source="sample", stable=True)


def test_the_oldest_address_goes_when_there_are_too_many() -> None:
    replies = RememberedReplies(max_replies=2)
    for path in ("/a", "/b", "/c"):
        replies.keep(call(path), (), reply())
    assert replies.find(call("/a")) is None
    assert replies.find(call("/b")) is not None
    assert replies.find(call("/c")) is not None


def test_the_bytes_kept_are_bounded() -> None:
    replies = RememberedReplies(max_bytes=20_000)
    for index in range(100):
        replies.keep(call(f"/{index}"), (), reply(b"x" * 500))
    kept = [index for index in range(100) if replies.find(call(f"/{index}"))]
    assert 10 < len(kept) <= 20
    assert kept[-1] == 99


def test_one_large_reply_does_not_push_out_the_others() -> None:
    replies = RememberedReplies(max_bytes=20_000)
    replies.keep(call("/small"), (), reply())
    replies.keep(call("/large"), (), reply(b"x" * 5_000))
    assert replies.find(call("/small")) is not None
    assert replies.find(call("/large")) is None


def test_calls_with_bodies_are_told_apart_by_them() -> None:
    replies = RememberedReplies()
    kept = {body: reply(body) for body in (b"", b"1", b"2")}
    for body, answer in kept.items():
        replies.keep(call("/a", body), (), answer)
    found = {body: replies.find(call("/a", body)) for body in kept}
    assert {body: each.reply for body, each in found.items() if each is not None} == kept
    assert replies.find(call("/a", b"3")) is None


def test_a_call_with_a_large_body_is_neither_kept_nor_found() -> None:
    replies = RememberedReplies()
    replies.keep(call("/a", b"x" * 16385), (), reply())
    assert replies.find(call("/a", b"x" * 16385)) is None


def test_an_address_with_ever_new_bodies_keeps_its_newest() -> None:
    replies = RememberedReplies(max_replies=10)
    for number in range(100):
        replies.keep(call("/a", b"%d" % number), (), reply())
    kept = [number for number in range(100) if replies.find(call("/a", b"%d" % number))]
    assert kept == list(range(90, 100))


def test_an_address_with_ever_new_bodies_does_not_push_out_what_is_newer() -> None:
    replies = RememberedReplies(max_replies=10)
    for number in range(100):
        replies.keep(call("/a", b"%d" % number), (), reply())
    replies.keep(call("/b"), (), reply(b"b"))
    for number in range(9):
        replies.keep(call("/a", b"new %d" % number), (), reply())
    found = replies.find(call("/b"))
    assert found is not None
    assert found.reply == reply(b"b")


def test_operations_of_one_address_are_told_apart_by_what_any_of_them_reads() -> None:
    replies = RememberedReplies(max_replies=3)

    def asked(body: bytes, accept: bytes) -> Call:
        fields = {b"accept": accept}
        return Call("POST", "/a", b"", tuple(fields.items()), fields, body)

    replies.keep(asked(b"one", b"x"), (), reply(b"one"))
    replies.keep(asked(b"two", b"x"), (b"accept",), reply(b"two for x"))
    assert replies.find(asked(b"two", b"y")) is None
    found = replies.find(asked(b"two", b"x"))
    assert found is not None
    assert found.reply == reply(b"two for x")
    for number in range(10):
        replies.keep(asked(b"%d" % number, b"x"), (b"accept",), reply())
    assert replies.find(asked(b"9", b"x")) is not None


def test_a_reply_kept_twice_counts_once() -> None:
    replies = RememberedReplies(max_replies=2)
    for _ in range(5):
        replies.keep(call("/a"), (), reply())
    replies.keep(call("/b"), (), reply())
    assert replies.find(call("/a")) is not None


def test_what_was_kept_with_another_stamp_is_replaced() -> None:
    replies = RememberedReplies(max_bytes=20_000)
    for stamp in range(100):
        replies.keep(call("/a"), (), reply(b"%d" % stamp), stamp)
    found = replies.find(call("/a"))
    assert found is not None
    assert (found.reply.body, found.stamp) == (b"99", 99)
    for index in range(100):
        replies.keep(call(f"/{index}"), (), reply(b"x" * 500))
    assert replies.find(call("/99")) is not None
