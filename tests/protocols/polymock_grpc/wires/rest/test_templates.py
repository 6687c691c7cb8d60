from __future__ import annotations

import time

import pytest

from polymock.errors import Unreadable
from polymock_grpc.wires.rest.templates import parse_template


@pytest.mark.parametrize(
    ("text", "patterns", "variables"),
    [
        ("/", ("/",), {}),
        ("/v1/books", ("/v1/books",), {}),
        ("/v1/{name}", ("/v1/{0}",), {"name": ("{0}",)}),
        ("/v1/{a.b_c=*}/x", ("/v1/{0}/x",), {"a.b_c": ("{0}",)}),
        (
            "/v1/{name=shelves/*/books/*}:archive",
            ("/v1/shelves/{0}/books/{1}:archive",),
            {"name": ("shelves", "{0}", "books", "{1}")},
        ),
        ("/v1/*/x/{y}", ("/v1/{0}/x/{1}",), {"y": ("{1}",)}),
        ("/v1/{p=files/**}", ("/v1/files/{+0}", "/v1/files"), {"p": ("files", "{+0}")}),
        ("/**", ("/{+0}", "/"), {}),
        ("/v1/{p=**}:read", ("/v1/{+0}:read",), {"p": ("{+0}",)}),
        ("/v1/{me=users/me}", ("/v1/users/me",), {"me": ("users", "me")}),
        ("/v1/books:add", ("/v1/books:add",), {}),
        ("/v1/a?b", ("/v1/a%3Fb",), {}),
    ],
)
def test_templates(text, patterns, variables):
    template = parse_template(text)
    assert template.patterns == patterns
    assert {each.field: each.parts for each in template.variables} == variables


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not start with /"),
        ("v1/x", "does not start with /"),
        ("/v1/", "ends with /"),
        ("/v1//x", "no segment at character 5"),
        ("/v1/{", "no segment at character 5"),
        ("/v1/{}", "does not name a field"),
        ("/v1/{a b}", "does not name a field"),
        ("/v1/{a.}", "does not name a field"),
        ("/v1/{a={b}}", "no segment"),
        ("/v1/{a}{b}", "goes on behind {a}"),
        ("/v1/x{a}", "goes on behind x"),
        ("/v1/{a}/{a}", "binds a twice"),
        ("/v1/{a=}", "a segment that is none: ''"),
        ("/v1/{a=x//y}", "a segment that is none: ''"),
        ("/v1/{a=x*}", "a segment that is none"),
        ("/v1/**/x", r"\*\* is not its last"),
        ("/v1/{a=**/x}", r"\*\* is not its last"),
        ("/v1/{a}:go/x", ":go is not its last"),
        ("/" + "a" * 3000, "longer than 2048"),
        ("/a" * 100, "more than 64 segments"),
    ],
)
def test_what_is_no_template(text, says):
    with pytest.raises(ValueError, match=says):
        parse_template(text)


@pytest.mark.parametrize("text", ["/" + "{" * 2000, "/" + "{a=" * 600, "/" + "*" * 2000])
def test_hostile_templates_cost_little(text):
    started = time.process_time()
    with pytest.raises(ValueError, match="segment"):
        parse_template(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "raw", "value"),
    [
        ("/{a}", "x%2Fy%20z", "x/y z"),
        ("/{a=*}", "%C3%BC+", "ü+"),
        ("/{a=x/*}", "x/y%2Fz%2f%20", "x/y%2Fz%2F "),
        ("/{a=**}", "x/y%2Fz", "x/y%2Fz"),
    ],
)
def test_decoding(text, raw, value):
    (variable,) = parse_template(text).variables
    assert variable.decode(raw) == value


def test_decoding_what_is_no_text():
    (variable,) = parse_template("/{a}").variables
    with pytest.raises(Unreadable, match="path's a is no UTF-8"):
        variable.decode("%ff")
