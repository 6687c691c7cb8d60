"""Parameters: every style on the wire, text turned into types, and what hostile bytes do."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import TooLarge, Unreadable
from polymock.jsonschema import Schema
from polymock_openapi.model import Endpoint, Parameter
from polymock_openapi.reading.coercion import TYPES, types_of
from polymock_openapi.reading.parameters import Parameters, Values
from polymock_schemas.calls import Call, Violation

INTEGERS: Schema = {"type": "array", "items": {"type": "integer"}}
STRINGS: Schema = {"type": "array", "items": {"type": "string"}}
POINT: Schema = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}, "name": {"type": "string"}},
}
EXPLODED = {"form", "deepObject"}


def parameter(schema: Schema, location: str = "query", **changes: Any) -> Parameter:
    style = {"path": "simple", "header": "simple"}.get(location, "form")
    style = changes.pop("style", style)
    settings: dict[str, Any] = {
        "name": "p",
        "location": location,
        "schema": schema,
        "required": location == "path",
        "style": style,
        "explode": style in EXPLODED,
    }
    return Parameter(**{**settings, **changes})


def endpoint(*parameters: Parameter, **definitions: Schema) -> Endpoint:
    return Endpoint(
        name="GET /things",
        method="GET",
        path="/things",
        pointer="/paths/~1things/get",
        parameters=parameters,
        body=None,
        responses=(),
        security=(),
        schemes={},
        callbacks=(),
        definitions=definitions,
    )


def call(query: str | bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = ()) -> Call:
    raw = query.encode("latin-1") if isinstance(query, str) else query
    return Call("GET", "/things", raw, headers, dict(headers))


def read_all(
    wire: Call, captures: dict[str, str], *parameters: Parameter, **definitions: Schema
) -> tuple[Values, list[Violation]]:
    found: list[Violation] = []
    return Parameters(endpoint(*parameters, **definitions)).read(wire, captures, found), found


def read(declared: Parameter, wire: str, **definitions: Schema) -> Any:
    """The one parameter's value, or its violations; for a query the wire is the whole query."""
    location = declared.location
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if location in ("header", "cookie"):
        name = b"cookie" if location == "cookie" else declared.name.lower().encode()
        headers = ((name, wire.encode("latin-1")),)
    captures = {declared.name: wire} if location == "path" else {}
    sent = call(wire if location == "query" else "", headers)
    values, found = read_all(sent, captures, declared, **definitions)
    return found or dict(getattr(values, location)).get(declared.name, "absent")


@pytest.mark.parametrize(
    ("style", "explode", "schema", "wire", "value"),
    [
        ("simple", False, {"type": "integer"}, "5", 5),
        ("simple", False, INTEGERS, "3,4,5", [3, 4, 5]),
        ("simple", True, INTEGERS, "3,4,5", [3, 4, 5]),
        ("simple", False, POINT, "x,1,y,2", {"x": 1, "y": 2}),
        ("simple", True, POINT, "x=1,y=2", {"x": 1, "y": 2}),
        ("simple", False, STRINGS, "a%2Cb,c", ["a,b", "c"]),
        ("simple", False, INTEGERS, "3%2C4", [3, 4]),
        ("simple", False, {"type": "string"}, "a%2Fb+c", "a/b+c"),
        ("label", False, {"type": "integer"}, ".5", 5),
        ("label", False, INTEGERS, ".3,4,5", [3, 4, 5]),
        ("label", True, INTEGERS, ".3.4.5", [3, 4, 5]),
        ("label", False, POINT, ".x,1,y,2", {"x": 1, "y": 2}),
        ("label", True, POINT, ".x=1.y=2", {"x": 1, "y": 2}),
        ("matrix", False, {"type": "integer"}, ";p=5", 5),
        ("matrix", False, {"type": "string"}, ";p", ""),
        ("matrix", False, INTEGERS, ";p=3,4,5", [3, 4, 5]),
        ("matrix", True, INTEGERS, ";p=3;p=4;p=5", [3, 4, 5]),
        ("matrix", False, POINT, ";p=x,1,y,2", {"x": 1, "y": 2}),
        ("matrix", True, POINT, ";x=1;y=2", {"x": 1, "y": 2}),
    ],
)
def test_path_styles(style: str, explode: bool, schema: Schema, wire: str, value: Any) -> None:
    assert read(parameter(schema, "path", style=style, explode=explode), wire) == value


@pytest.mark.parametrize(
    ("style", "explode", "schema", "wire", "value"),
    [
        ("form", True, {"type": "integer"}, "p=5", 5),
        ("form", True, {"type": "string"}, "p=a+b%2Bc", "a b+c"),
        ("form", True, {"type": "string"}, "p=a=b", "a=b"),
        ("form", True, {"type": "string"}, "%70=1", "1"),
        ("form", True, INTEGERS, "p=3&q=9&p=4", [3, 4]),
        ("form", True, INTEGERS, "p[]=3&p%5B%5D=4", [3, 4]),
        ("form", True, INTEGERS, "p=3", [3]),
        ("form", True, INTEGERS, "p=", []),
        ("form", True, STRINGS, "p=", [""]),
        ("form", False, INTEGERS, "p=3,4", [3, 4]),
        ("form", False, INTEGERS, "p=3%2C4", [3, 4]),
        ("form", False, STRINGS, "p=a%2Cb", ["a,b"]),
        ("form", False, INTEGERS, "p=", []),
        ("form", False, POINT, "p=x,1,y,2", {"x": 1, "y": 2}),
        ("form", True, POINT, "x=1&y=2&z=3", {"x": 1, "y": 2}),
        ("spaceDelimited", False, INTEGERS, "p=3%204+5", [3, 4, 5]),
        ("pipeDelimited", False, INTEGERS, "p=3|4%7C5", [3, 4, 5]),
        ("pipeDelimited", True, INTEGERS, "p=3&p=4", [3, 4]),
        ("pipeDelimited", False, POINT, "p=x|1|y|2", {"x": 1, "y": 2}),
        ("deepObject", True, POINT, "p[x]=1&p%5By%5D=2", {"x": 1, "y": 2}),
    ],
)
def test_query_styles(style: str, explode: bool, schema: Schema, wire: str, value: Any) -> None:
    assert read(parameter(schema, style=style, explode=explode), wire) == value


def test_a_deep_object_nests_and_lists() -> None:
    schema: Schema = {
        "type": "object",
        "properties": {
            "b": {"type": "object", "properties": {"c": {"type": "integer"}}},
            "tags": STRINGS,
            "ids": INTEGERS,
        },
    }
    wire = "p[b][c]=1&p[tags][]=x&p[tags][]=y&p[ids][1]=8&p[ids][0]=7&p[new]=t"
    assert read(parameter(schema, style="deepObject"), wire) == {
        "b": {"c": 1},
        "tags": ["x", "y"],
        "ids": [7, 8],
        "new": "t",
    }


def test_a_spread_object_with_free_properties_leaves_other_parameters_alone() -> None:
    free = parameter({"type": "object", "additionalProperties": {"type": "integer"}}, name="params")
    limit = parameter({"type": "integer"}, name="limit")
    values, found = read_all(call("limit=1&a=2&b=3&__code=200"), {}, free, limit)
    assert not found
    assert values.query == {"params": {"a": 2, "b": 3}, "limit": 1}


@pytest.mark.parametrize(
    ("schema", "wire", "value"),
    [
        ({"type": "integer"}, "3", 3),
        (INTEGERS, "3, 4", [3, 4]),
        (POINT, "x,1,name,a%20b", {"x": 1, "name": "a%20b"}),
    ],
)
def test_headers_are_not_percent_decoded(schema: Schema, wire: str, value: Any) -> None:
    assert read(parameter(schema, "header", name="X-P"), wire) == value


def test_several_header_fields_are_one_list() -> None:
    headers = ((b"x-p", b"1"), (b"x-p", b"2,3"))
    values, found = read_all(call(headers=headers), {}, parameter(INTEGERS, "header", name="X-P"))
    assert not found
    assert values.header == {"X-P": [1, 2, 3]}


@pytest.mark.parametrize(
    ("explode", "schema", "wire", "value"),
    [
        (True, {"type": "integer"}, "a=1; p=5", 5),
        (False, {"type": "string"}, 'p="x%20y"', "x y"),
        (False, INTEGERS, "p=3,4", [3, 4]),
        (True, INTEGERS, "p=3&p=4; q=1", [3, 4]),
        (True, INTEGERS, "p=3; p=4", [3, 4]),
        (True, POINT, "x=1; y=2", {"x": 1, "y": 2}),
    ],
)
def test_cookies(explode: bool, schema: Schema, wire: str, value: Any) -> None:
    assert read(parameter(schema, "cookie", explode=explode), wire) == value


@pytest.mark.parametrize(
    "wire", ["1.0", "+1", " 1", "1_000", "0x10", "007", "1e3", "", "9" * 500, "%EF%BC%91"]
)
def test_what_is_no_integer(wire: str) -> None:
    (violation,) = read(parameter({"type": "integer"}, "path"), wire)
    assert violation.location == "path.p"


@pytest.mark.parametrize(
    "wire", ["NaN", "Infinity", "-Infinity", "1e999", ".5", "5.", "--1", "1,5"]
)
def test_what_is_no_number(wire: str) -> None:
    assert read(parameter({"type": "number"}, "path"), wire)[0].location == "path.p"


@pytest.mark.parametrize(
    ("schema", "wire", "value"),
    [
        ({"type": "number"}, "-1.5e3", -1500.0),
        ({"type": "number"}, "7", 7),
        ({"type": "boolean"}, "true", True),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": ["string", "null"]}, "null", "null"),
        ({"type": ["string", "integer"]}, "5", 5),
        ({"anyOf": [{"type": "integer", "maximum": 3}, {"type": "string"}]}, "5", "5"),
        ({"oneOf": [{"type": "boolean"}, {"type": "integer"}]}, "12", 12),
        ({"allOf": [{"$ref": "#/$defs/Id"}, {"minimum": 1}]}, "12", 12),
        ({"enum": [1, 2, 3]}, "2", 2),
        ({"const": True}, "true", True),
        ({}, "5", "5"),
        (True, "5", "5"),
    ],
)
def test_types_are_found_through_the_schema(schema: Schema, wire: str, value: Any) -> None:
    assert read(parameter(schema, "path"), wire, Id={"type": "integer"}) == value


def test_a_long_chain_of_references_is_looked_through_in_bounds() -> None:
    chain: dict[str, Schema] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(5_000)}
    chain["a5000"] = {"type": "integer"}
    assert types_of({"$ref": "#/$defs/a0"}, chain) == TYPES
    assert types_of({"$ref": "#/$defs/a4990"}, chain) == {"integer"}
    assert types_of({"$ref": "#/$defs/me"}, {"me": {"allOf": [{"$ref": "#/$defs/me"}]}}) == TYPES


def test_a_list_or_a_single_value() -> None:
    either: Schema = {"anyOf": [{"type": "string", "maxLength": 2}, STRINGS]}
    assert read(parameter(either), "p=a") == "a"
    assert read(parameter(either), "p=a&p=b") == ["a", "b"]
    assert read(parameter(either), "p=abc") == ["abc"]


def test_a_repeated_single_value_is_refused() -> None:
    (violation,) = read(parameter({"type": "string"}), "p=a&p=b")
    assert violation == Violation("query.p", "is given 2 times; one value is expected")


def test_plus_stays_where_reserved_characters_are_allowed() -> None:
    assert read(parameter({"type": "string"}, allow_reserved=True), "p=a+b/c?d") == "a+b/c?d"


def test_allow_empty() -> None:
    assert read(parameter({"type": "boolean"}, allow_empty=True), "p") == ""
    assert read(parameter({"type": "boolean"}), "p")[0].location == "query.p"


def test_defaults_and_missing_parameters() -> None:
    with_default = parameter({"$ref": "#/$defs/Limit"}, name="limit")
    needed = parameter({"type": "string"}, "header", name="X-Trace", required=True)
    limit: Schema = {"type": "integer", "default": 20}
    values, found = read_all(call("x=1"), {}, with_default, needed, Limit=limit)
    assert values.query == {"limit": 20}
    assert found == [Violation("header.X-Trace", "is required, but was not sent")]


def test_parameters_by_content() -> None:
    declared = parameter(POINT, media_type="application/json")
    assert read(declared, "p=%7B%22x%22:1%7D") == {"x": 1}
    assert read(declared, "p=%7B%22x%22:%221%22%7D")[0].location == "query.p/x"
    assert "ends too early" in read(declared, "p=%7B")[0].message


def test_ignored_header_parameters() -> None:
    names = ("Accept", "content-type", "AUTHORIZATION")
    declared = [parameter({"type": "integer"}, "header", name=n, required=True) for n in names]
    values, found = read_all(call(), {}, *declared)
    assert not found
    assert not values.header


@pytest.mark.parametrize("wire", ["%zz", "%", "%f", "%ff", "a%00b", "\x00", "%C3"])
@pytest.mark.parametrize("location", ["path", "query", "cookie"])
def test_bytes_that_are_no_text(location: str, wire: str) -> None:
    query = wire if location == "path" else f"p={wire}"
    with pytest.raises(Unreadable, match=f"{location}.p"):
        read(parameter({"type": "string"}, location), query)


def test_hostile_headers() -> None:
    declared = parameter({"type": "string"}, "header", name="X-P")
    assert read(declared, "caf\xe9\t!") == "caf\xe9\t!"
    with pytest.raises(Unreadable, match="control character"):
        read(declared, "a\x00b")


def test_undeclared_broken_names_are_passed_over() -> None:
    assert read(parameter({"type": "string"}), "100%=x&%ff=1&p=1") == "1"


def test_too_many_pairs_and_too_deep_brackets() -> None:
    with pytest.raises(TooLarge):
        read(parameter({"type": "string"}), "&" * 20_000)
    deep = parameter({"type": "object"}, style="deepObject")
    assert "deeper" in read(deep, "p" + "[a]" * 40 + "=1")[0].message
    assert "both" in read(deep, "p[a]=1&p[a][b]=2")[0].message


def test_raw_utf8_is_read_as_it_is() -> None:
    assert read(parameter({"type": "string"}), "p=é".encode().decode("latin-1")) == "é"


# Round trips: a small encoder after RFC 6570, section 3.2, for the styles of OpenAPI.

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
names = st.text("abcxyz é&=,;.", min_size=1, max_size=4)
lists = st.lists(texts, min_size=1, max_size=4).filter(lambda items: items != [""])
maps = st.dictionaries(names, texts, min_size=1, max_size=4)


def escape(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E")  # a dot separates in the label style


def kind_of(value: Any) -> str:
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def expand(value: Any, style: str, explode: bool) -> str:
    first, separator, named = {
        "simple": ("", ",", False),
        "label": (".", ".", False),
        "matrix": (";", ";", True),
        "form": ("", "&", True),
    }[style]
    head = first + ("p=" if named else "")
    if isinstance(value, str):
        return head + escape(value)
    if not explode:
        flat = value if isinstance(value, list) else [x for pair in value.items() for x in pair]
        return head + ",".join(map(escape, flat))
    if isinstance(value, list):
        return first + separator.join(("p=" if named else "") + escape(item) for item in value)
    return first + separator.join(f"{escape(k)}={escape(v)}" for k, v in value.items())


@given(
    value=texts | lists | maps,
    style=st.sampled_from(["simple", "label", "matrix"]),
    explode=st.booleans(),
)
def test_path_round_trip(value: Any, style: str, explode: bool) -> None:
    declared = parameter({"type": kind_of(value)}, "path", style=style, explode=explode)
    assert read(declared, expand(value, style, explode)) == value


@given(value=texts | lists | maps, explode=st.booleans())
def test_query_round_trip(value: Any, explode: bool) -> None:
    declared = parameter({"type": kind_of(value)}, explode=explode)
    assert read(declared, expand(value, "form", explode)) == value


@given(value=st.dictionaries(names, texts | st.lists(texts, min_size=2, max_size=3), min_size=1))
def test_deep_object_round_trip(value: dict[str, Any]) -> None:
    pieces = [
        f"p%5B{escape(name)}%5D={escape(text)}"
        for name, inner in value.items()
        for text in ([inner] if isinstance(inner, str) else inner)
    ]
    declared = parameter({"type": "object"}, style="deepObject")
    assert read(declared, "&".join(pieces)) == value
