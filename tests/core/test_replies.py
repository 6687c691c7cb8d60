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


def test_a_call_with_a_body_is_neither_kept_nor_found() -> None:
    replies = RememberedReplies()
    replies.keep(call("/a", b"1"), (), reply())
    assert replies.find(call("/a")) is None
    replies.keep(call("/a"), (), reply())
    assert replies.find(call("/a", b"1")) is None


def test_a_reply_kept_twice_counts_once() -> None:
    replies = RememberedReplies(max_replies=2)
    for _ in range(5):
        replies.keep(call("/a"), (), reply())
    replies.keep(call("/b"), (), reply())
    assert replies.find(call("/a")) is not None
