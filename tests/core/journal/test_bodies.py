"""JSON between other things: what is hidden in it, and what stays as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.journal.redaction import REDACTED, UNREADABLE, Redactor

EMAILS = ("$..email",)
PARTS = 'multipart/mixed; boundary="-"'
FORM_PARTS = "multipart/form-data; boundary=b"


def stored(text, media="application/json", *, cut=False, paths=EMAILS, hidden=None):
    data = text.encode()
    return Redactor(paths).body(data, len(data) + cut, media, set() if hidden is None else hidden)


def shown(text):
    return text.replace("X", REDACTED).replace("?", UNREADABLE)


@pytest.mark.parametrize(
    ("media", "text", "expected"),
    [
        ("application/json", '{"email":"a@b"}\n{"a":1}\n', '{"email":"X"}\n{"a":1}\n'),
        ("application/x-ndjson", '{"email":"a@b"}\r\n{"a":1}', '{"email":"X"}\r\n{"a":1}'),
        ("application/x-ndjson", '{"email":\n{"email":1}\n', '?\n{"email":"X"}\n'),
        ("application/json-seq", '\x1e{"email":1}\n\x1e{}\n', '\x1e{"email":"X"}\n\x1e{}\n'),
        (
            "text/event-stream; charset=utf-8",
            ':\n\nevent: email\nid: 1\ndata: {"email":"a@b"}\n\nevent: complete\ndata:\n\n',
            ':\n\nevent: email\nid: 1\ndata: {"email":"X"}\n\nevent: complete\ndata:\n\n',
        ),
        (
            "text/event-stream",
            'data: {"email":\r\nid: 1\r\ndata: "a@b"}\r\n\r\ndata: [DONE]\r\n\r\n',
            'data: {"email":"X"}\r\nid: 1\r\n\r\ndata: [DONE]\r\n\r\n',
        ),
        ("text/event-stream", "data: email a@b\n\n: email a@b\n\n", "data: ?\n\n?\n\n"),
        (
            PARTS,
            '---\r\nContent-Type: application/json\r\n\r\n{"email":"a---b"}\r\n-----\r\n',
            '---\r\nContent-Type: application/json\r\n\r\n{"email":"X"}\r\n-----\r\n',
        ),
        (
            FORM_PARTS,
            '--b\r\nContent-Disposition: form-data; name="user[email]"\r\n\r\na@b\r\n'
            '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nc\r\n--b--',
            '--b\r\nContent-Disposition: form-data; name="user[email]"\r\n\r\nX\r\n'
            '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nc\r\n--b--',
        ),
        ("", '{"a": 1} {"email": 2}', '{"a":1} {"email":"X"}'),
    ],
)
def test_each_value_is_redacted_and_the_framing_stays(media, text, expected):
    assert stored(text, media) == shown(expected)


@pytest.mark.parametrize(
    ("media", "text", "expected"),
    [
        ("application/json", '{"email":1}\n{"email":"a@', '{"email":"X"}\n?'),
        ("application/json", '[{"email":1},{"email":"a@', '[{"email":"X"},?'),
        ("application/json", '[{"email":1},{"ema', '[{"email":"X"},{"ema'),
        ("application/json", '{"a":[{"email":1},{"email":"a@', "?"),
        (
            "text/event-stream",
            'data: {"email":1}\n\ndata: {"email":"a@',
            'data: {"email":"X"}\n\ndata: ?',
        ),
        (
            PARTS,
            '---\r\n\r\n{"email":1}\r\n---\r\n\r\n{"email":"a@',
            '---\r\n\r\n{"email":"X"}\r\n---\r\n\r\n?',
        ),
    ],
)
def test_of_a_stream_that_is_cut_off_only_the_broken_value_is_hidden(media, text, expected):
    assert stored(text, media, cut=True) == shown(expected)


def test_an_element_is_found_by_its_place_in_an_array_that_is_cut_off():
    assert stored('[{"a":1},{"a":2},{"b', cut=True, paths=["$[1].a"]) == shown(
        '[{"a":1},{"a":"X"},{"b'
    )


def test_a_path_starts_at_each_value_of_a_stream():
    text = '[{"data":{"x":1}}]\n{"data":{"x":2}}'
    assert stored(text, paths=["$.data.x"]) == shown('[{"data":{"x":"X"}}]\n{"data":{"x":"X"}}')


def test_what_is_taken_out_is_told():
    hidden = set()
    stored('data: {"email":["a@b",{"c":7}]}\n\n', "text/event-stream", hidden=hidden)
    assert hidden == {"a@b", "7"}


def test_a_body_that_names_nothing_is_kept_as_it_is():
    text = '{"a":  1, "b": [1.10, 1e999'
    assert stored(text, cut=True) == text


def test_json_in_a_parameter_is_redacted():
    redactor = Redactor(EMAILS)
    query = "query=%7Bme%7D&variables=%7B%22email%22%3A%22a%40b%22%7D&email=x"
    assert redactor.query(query, set()) == (
        "query=%7Bme%7D&variables=%7B%22email%22%3A%22%5Bredacted%5D%22%7D&email=[redacted]"
    )


NESTED = '{"a":' * 900 + '"email"' + "}" * 900


@pytest.mark.parametrize(
    ("media", "text"),
    [
        ("application/json", "[" * 1_000_000 + "email"),
        ("application/json", '[{"email":1},' * 80_000),
        ("application/json", "1 " * 500_000 + "email"),
        ("application/json", '["email",' + "[]," * 300_000),
        ("application/json", " " * 1_000_000 + "email"),
        ("application/json", NESTED),
        ("application/x-ndjson", '{"email"\n' * 100_000),
        ("text/event-stream", "data:email\n" * 90_000),
        ("text/event-stream", "data:email\n\n" * 90_000),
        ("text/event-stream", "email\r" * 160_000),
        (PARTS, "---\r\n" * 200_000 + "email"),
        (PARTS, "\r" * 1_000_000 + "email"),
        (PARTS, "---\r\n\r\n" * 120_000 + "email"),
    ],
)
def test_hostile_bodies_cost_no_more_than_their_size(media, text):
    started = time.process_time()
    stored(text, media, paths=["$..email", "$..a..a..a..a", "$.*.*"])
    assert time.process_time() - started < 5


@given(
    st.text(st.sampled_from('{}[]":,\\ \n\r-\x1eaemil\u00e9'), max_size=80),
    st.sampled_from(["application/json", "text/event-stream", PARTS, "application/x-ndjson", ""]),
    st.booleans(),
)
def test_no_text_makes_it_fail(text, media, cut):
    found = stored(text, media, cut=cut, paths=[*EMAILS, "$.a[0]"])
    assert (found is None) == (not text and not cut)
