"""Names of media types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.media_types import is_plain, parse_media_type, split_list, syntax


@pytest.mark.parametrize(
    ("text", "essence", "parameters"),
    [
        ("Text/HTML", "text/html", {}),
        (' a/b ; Q=1 ;c = "x;\\"y" ', "a/b", {"q": "1", "c": 'x;"y'}),
        ("a/b;;c=1;", "a/b", {"c": "1"}),
        ("a/b;c=1;C=2", "a/b", {"c": "1"}),
        ("*/*", "*/*", {}),
    ],
)
def test_a_media_type_is_read(text: str, essence: str, parameters: dict[str, str]) -> None:
    name = parse_media_type(text)
    assert name is not None
    assert (name.essence, name.parameters) == (essence, parameters)


@pytest.mark.parametrize(
    "text", ["", "text", "/", "a/", "*/json", "a/b c", "a/b;c", 'a/b;c="', "a/b\r\nx: y", "é/b"]
)
def test_what_is_no_media_type_is_none(text: str) -> None:
    assert parse_media_type(text) is None


@pytest.mark.parametrize(
    ("essence", "written"),
    [
        ("application/json", "json"),
        ("text/json", "json"),
        ("application/vnd.x+json", "json"),
        ("application/jsonl", ""),
        ("text/xml", "xml"),
        ("image/svg+xml", "xml"),
        ("application/xml-dtd", ""),
    ],
)
def test_a_syntax_is_told_by_name_and_suffix(essence: str, written: str) -> None:
    assert syntax(essence) == written


def test_a_plain_type_has_no_suffix() -> None:
    assert is_plain("application/json")
    assert not is_plain("application/geo+json")


def test_a_list_is_split_outside_of_quotes() -> None:
    assert list(split_list('a, "b,\\",c" ,d')) == ["a", ' "b,\\",c" ', "d"]


@given(st.text(max_size=40))
def test_every_text_is_a_media_type_or_none(text: str) -> None:
    name = parse_media_type(text)
    assert name is None or "/" in name.essence
    assert ",".join(split_list(text)) == text


@pytest.mark.parametrize(
    ("text", "is_utf8"),
    [
        ("application/json", True),
        ('application/json; charset="UTF-8"', True),
        ("text/plain; charset=us-ascii", True),
        ("application/json; charset=latin1", False),
    ],
)
def test_what_says_no_charset_is_utf8(text: str, is_utf8: bool) -> None:
    media = parse_media_type(text)
    assert media is not None
    assert media.is_utf8 is is_utf8
