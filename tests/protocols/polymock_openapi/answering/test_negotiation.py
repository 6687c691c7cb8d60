"""Which response and which media type a caller gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import NoAnswer, NotAcceptable
from polymock_openapi.answering.negotiation import choose_media, choose_response, parse_accept
from polymock_openapi.model import MediaType, Response


def chosen(statuses: str, code: int | None = None) -> tuple[int, str | None]:
    responses = [Response(status, {}, {}) for status in statuses.split()]
    status, response = choose_response(responses, code)
    return status, response.status if response else None


def media(declared: str, accept: str, *, text: bool = False) -> str:
    content = {name: MediaType(name) for name in declared.split(" | ")}
    return choose_media(content, accept, lambda _: text).content_type


@pytest.mark.parametrize(
    ("statuses", "status", "declared"),
    [
        ("404 201 200", 200, "200"),
        ("404 204 201 default", 201, "201"),
        ("2XX 404", 200, "2XX"),
        ("2xx", 200, "2xx"),
        ("202 2XX", 202, "202"),
        ("default 404", 200, "default"),
        ("404 303 301", 301, "301"),
        ("404 3XX", 302, "3XX"),
        ("500 404", 500, "500"),
        ("5XX 404", 500, "5XX"),
        ("101 404", 404, "404"),
        ("101", 200, None),
        ("", 200, None),
        ("x-broken 404", 404, "404"),
    ],
)
def test_the_best_response_is_the_lowest_success(
    statuses: str, status: int, declared: str | None
) -> None:
    assert chosen(statuses) == (status, declared)


@pytest.mark.parametrize(
    ("statuses", "code", "answer"),
    [
        ("200 404", 404, (404, "404")),
        ("200 4XX default", 404, (404, "4XX")),
        ("200 default", 503, (503, "default")),
        ("200 404 4XX", 404, (404, "404")),
    ],
)
def test_a_code_that_is_asked_for_is_found_exactly_then_by_range_then_by_default(
    statuses: str, code: int, answer: tuple[int, str]
) -> None:
    assert chosen(statuses, code) == answer


def test_a_code_that_is_not_declared_is_refused_with_those_that_are() -> None:
    with pytest.raises(NoAnswer) as caught:
        chosen("200 404", 500)
    assert caught.value.asked
    assert caught.value.detail == (
        "The operation declares no answer with status 500; it declares: 200, 404."
    )


@pytest.mark.parametrize("code", [100, 101, 0, -1, 600, 10**30])
def test_a_code_that_no_final_answer_has_is_refused_even_with_a_default(code: int) -> None:
    with pytest.raises(NoAnswer):
        chosen("101 default", code)


@pytest.mark.parametrize(
    ("declared", "accept", "sent"),
    [
        # Nothing asked for: the first that is JSON, else the first.
        ("text/html | application/json", "", "application/json"),
        ("text/html | application/hal+json", "*/*", "application/hal+json"),
        ("text/html | application/xml", "", "text/html"),
        # Weights, and the most specific range of each type.
        (
            "application/json | text/html",
            "text/html;q=0.9, application/json;q=0.1",
            "text/html",
        ),
        ("application/json | text/html", "text/*;q=0.3, */*;q=0.5", "application/json"),
        ("application/json | application/xml", "*/*, application/json;q=0.2", "application/xml"),
        ("application/json | text/html", "text/html, application/json", "text/html"),
        ("application/json | application/xml", "application/xml, */*", "application/xml"),
        ("application/json | text/html", "TEXT/HTML", "text/html"),
        # Exclusion.
        ("application/json | text/html", "application/json;q=0, */*", "text/html"),
        # Parameters.
        ("a/b;v=1 | a/b;v=2", "a/b;v=2", "a/b;v=2"),
        ("application/json", "application/json; charset=utf-8", "application/json"),
        ("application/json", "application/json;odata=verbose", "application/json"),
        ("application/json;v=1", "application/json", "application/json;v=1"),
        # Vendor types and structured suffixes.
        (
            "application/json | application/vnd.github+json",
            "application/vnd.github+json",
            "application/vnd.github+json",
        ),
        ("application/json", "application/vnd.github.v3+json", "application/json"),
        ("text/html | application/vnd.x+json", "application/json", "application/vnd.x+json"),
        ("application/xml", "text/xml", "application/xml"),
        # What is malformed is passed over; a quoted comma separates nothing.
        ("application/json", "garbage, ;;, /, */json", "application/json"),
        (
            "text/html | application/json",
            'a/b;p="x, text/html", application/json',
            "application/json",
        ),
        ("application/json | text/html", "text/html;q=nan, application/json", "application/json"),
        # Declared ranges.
        ("*/*", "", "application/json"),
        ("*/*", "application/hal+json", "application/hal+json"),
        ("*/*", "text/html, application/xml;q=0.9, */*;q=0.8", "application/json"),
        ("*/*", "application/xml", "application/xml"),
        ("text/*", "", "text/plain"),
        ("image/*", "", "image/png"),
        ("application/*", "*/*", "application/json"),
        ("chemical/*", "*/*", "application/octet-stream"),
    ],
)
def test_the_preferred_media_type_is_sent(declared: str, accept: str, sent: str) -> None:
    assert media(declared, accept) == sent


def test_a_declared_range_of_text_is_sent_as_any_type_that_is_asked_for() -> None:
    assert media("*/*", "text/html, */*;q=0.5", text=True) == "text/html"
    assert media("text/*", "text/markdown", text=True) == "text/markdown"
    assert media("*/*", "", text=True) == "text/plain"


@pytest.mark.parametrize(
    ("declared", "accept"),
    [
        ("application/json", "text/csv"),
        ("application/json", "application/json;q=0"),
        ("application/json", "application/json;q=0.000, text/html"),
        ("application/json", "*/*;q=0"),
        ("application/vnd.a+json", "application/vnd.b+json"),
        ("text/*", "application/json"),
    ],
)
def test_what_is_not_accepted_is_refused_with_what_is_offered(declared: str, accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        media(declared, accept)
    assert caught.value.offered == (declared,)
    assert declared in caught.value.detail


@given(st.text(alphabet='ab/*+;=q01.," \\\t', max_size=60))
def test_no_accept_value_is_an_unexpected_error(accept: str) -> None:
    assert all(0 <= wanted.weight <= 1 for wanted in parse_accept(accept))
    try:
        assert media("application/json | */*", accept)
    except NotAcceptable as refusal:
        assert refusal.offered == ("application/json", "*/*")


def test_a_long_accept_value_is_read_in_part() -> None:
    assert len(parse_accept(", ".join(f"a/b{n}" for n in range(1000)))) == 64
