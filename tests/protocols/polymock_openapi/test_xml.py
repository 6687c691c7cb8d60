"""XML out of values and back, as the XML Objects of a schema say."""

from __future__ import annotations

import time
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polymock.errors import NoAnswer, TooLarge, Unreadable
from polymock_openapi.xml import from_xml, to_xml

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
XSI = "http://www.w3.org/2001/XMLSchema-instance"

DEFINITIONS: dict[str, Any] = {
    "Tag": {"type": "object", "properties": {"id": {"type": "integer"}}},
    "Owner": {
        "type": "object",
        "xml": {"name": "keeper"},
        "properties": {"name": {"type": "string"}},
    },
    "Node": {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/Node"}, "value": {"type": "number"}},
    },
    "Loop": {"allOf": [{"$ref": "#/$defs/Loop"}]},
}


def written(value: Any, schema: Any, root: str = "root") -> str:
    text = to_xml(value, schema, DEFINITIONS, root).decode()
    assert text.startswith(DECLARATION)
    fromstring(text)
    return text.removeprefix(DECLARATION)


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def strings(xml: dict[str, Any] | None = None, item: dict[str, Any] | None = None) -> Any:
    items = {"type": "string", **({"xml": item} if item else {})}
    return {"type": "array", "items": items, **({"xml": xml} if xml else {})}


TEXT = {"type": "string"}

ROUND_TRIPS = [
    pytest.param(
        {"id": 1}, an_object(id={"type": "integer"}), "<root><id>1</id></root>", id="object"
    ),
    pytest.param(
        {"id": 1},
        an_object(id={"type": "integer", "xml": {"name": "xml-id"}}),
        "<root><xml-id>1</xml-id></root>",
        id="name",
    ),
    pytest.param(
        {"id": 7, "name": "Rex"},
        an_object(id={"type": "integer", "xml": {"attribute": True}}, name=TEXT),
        '<root id="7"><name>Rex</name></root>',
        id="attribute",
    ),
    pytest.param(
        {"id": 7, "name": "Rex"},
        an_object(
            id={"type": "integer", "xml": {"attribute": True}},
            name={"type": "string", "xml": {"prefix": "s", "namespace": "http://example.org/s"}},
        ),
        '<root id="7"><s:name xmlns:s="http://example.org/s">Rex</s:name></root>',
        id="prefix and namespace",
    ),
    pytest.param(
        {"id": 7},
        {
            **an_object(id={"type": "integer", "xml": {"prefix": "s", "attribute": True}}),
            "xml": {"name": "pet", "prefix": "s", "namespace": "urn:s"},
        },
        '<s:pet xmlns:s="urn:s" s:id="7"/>',
        id="prefix in force",
    ),
    pytest.param(
        {"id": 7},
        {**an_object(id={"type": "integer"}), "xml": {"namespace": "urn:s"}},
        '<root xmlns="urn:s"><id>7</id></root>',
        id="default namespace",
    ),
    pytest.param(
        {"id": 7},
        an_object(id={"type": "integer", "xml": {"prefix": "unknown"}}),
        "<root><id>7</id></root>",
        id="prefix that nothing declares",
    ),
    # The matrix of wrapping: of the array's and its items' names.
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings()),
        "<root><animals>a</animals><animals>b</animals></root>",
        id="unwrapped",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings(item={"name": "animal"})),
        "<root><animal>a</animal><animal>b</animal></root>",
        id="unwrapped, item named",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings({"name": "aliens"}, {"name": "animal"})),
        "<root><animal>a</animal><animal>b</animal></root>",
        id="unwrapped, both named",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings({"wrapped": True})),
        "<root><animals><animals>a</animals><animals>b</animals></animals></root>",
        id="wrapped",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings({"wrapped": True, "name": "aliens"})),
        "<root><aliens><aliens>a</aliens><aliens>b</aliens></aliens></root>",
        id="wrapped, array named",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings({"wrapped": True}, {"name": "animal"})),
        "<root><animals><animal>a</animal><animal>b</animal></animals></root>",
        id="wrapped, item named",
    ),
    pytest.param(
        {"animals": ["a", "b"]},
        an_object(animals=strings({"wrapped": True, "name": "aliens"}, {"name": "animal"})),
        "<root><aliens><animal>a</animal><animal>b</animal></aliens></root>",
        id="wrapped, both named",
    ),
    pytest.param(
        {"animals": []},
        an_object(animals=strings({"wrapped": True})),
        "<root><animals/></root>",
        id="wrapped, empty",
    ),
    pytest.param(
        {"animals": []},
        {**an_object(animals=strings()), "required": ["animals"]},
        "<root/>",
        id="unwrapped, empty and required",
    ),
    pytest.param(
        {"animals": ["a"]},
        an_object(animals=strings({"nodeType": "element"})),
        "<root><animals><animals>a</animals></animals></root>",
        id="wrapped by nodeType",
    ),
    pytest.param(
        {"rows": [[1, 2], [3]]},
        an_object(rows={"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        "<root><rows><rows>1</rows><rows>2</rows></rows><rows><rows>3</rows></rows></root>",
        id="array in array",
    ),
    pytest.param(
        [{"id": 1}, {"id": 2}],
        {"type": "array", "items": {"$ref": "#/$defs/Tag"}},
        "<root><Tag><id>1</id></Tag><Tag><id>2</id></Tag></root>",
        id="array at the root",
    ),
    pytest.param(
        ["a", 2],
        {"type": "array", "prefixItems": [TEXT, {"type": "integer"}]},
        "<root><root>a</root><root>2</root></root>",
        id="tuple",
    ),
    pytest.param(
        {"name": "Ann"},
        {"$ref": "#/$defs/Owner"},
        "<keeper><name>Ann</name></keeper>",
        id="component with a name",
    ),
    pytest.param({"id": 3}, {"$ref": "#/$defs/Tag"}, "<Tag><id>3</id></Tag>", id="component"),
    pytest.param(
        {"owner": {"name": "Ann"}, "tag": {"id": 3}},
        an_object(owner={"$ref": "#/$defs/Owner"}, tag={"$ref": "#/$defs/Tag"}),
        "<root><keeper><name>Ann</name></keeper><tag><id>3</id></tag></root>",
        id="properties that refer to components",
    ),
    pytest.param(
        {"owner": {"name": "Ann"}},
        an_object(owner={"$ref": "#/$defs/Owner", "xml": {"name": "owner"}}),
        "<root><owner><name>Ann</name></owner></root>",
        id="name beside a reference",
    ),
    pytest.param(
        {"id": 3, "name": "x"},
        {"allOf": [{"$ref": "#/$defs/Tag"}, an_object(name=TEXT)]},
        "<Tag><id>3</id><name>x</name></Tag>",
        id="allOf",
    ),
    pytest.param(
        {"next": {"next": {"value": 1.5}}},
        {"$ref": "#/$defs/Node"},
        "<Node><next><next><value>1.5</value></next></next></Node>",
        id="recursion",
    ),
    pytest.param(
        {"name": None},
        an_object(name={"type": ["string", "null"]}),
        f'<root><name xmlns:xsi="{XSI}" xsi:nil="true"/></root>',
        id="null",
    ),
    pytest.param(
        None, {"type": "null"}, f'<root xmlns:xsi="{XSI}" xsi:nil="true"/>', id="null root"
    ),
    pytest.param(
        {"yes": True, "no": False, "n": 1.5, "i": -3, "s": "1", "e": ""},
        an_object(
            yes={"type": "boolean"},
            no={"type": "boolean"},
            n={"type": "number"},
            i={"type": "integer"},
            s=TEXT,
            e=TEXT,
        ),
        "<root><yes>true</yes><no>false</no><n>1.5</n><i>-3</i><s>1</s><e/></root>",
        id="scalars",
    ),
    pytest.param(
        {"size": 2, "kind": "a"},
        an_object(size={"enum": [1, 2]}, kind={"const": "a"}),
        "<root><size>2</size><kind>a</kind></root>",
        id="enum and const without a type",
    ),
    pytest.param(
        {"lang": "en", "text": "hello"},
        an_object(
            lang={"type": "string", "xml": {"attribute": True}}, text={**TEXT, "x-text": True}
        ),
        '<root lang="en">hello</root>',
        id="text beside attributes",
    ),
    pytest.param(
        {"lang": "en", "text": "hello"},
        an_object(
            lang={"type": "string", "xml": {"nodeType": "attribute"}},
            text={"type": "string", "xml": {"nodeType": "text"}},
        ),
        '<root lang="en">hello</root>',
        id="text by nodeType",
    ),
    pytest.param(
        {"lang": "en"},
        an_object(lang={**TEXT, "xml": {"attribute": True, "prefix": "xml"}}),
        '<root xml:lang="en"/>',
        id="xml:lang",
    ),
    pytest.param(
        {"sizes": [1, 2]},
        an_object(
            sizes={"type": "array", "items": {"type": "integer"}, "xml": {"attribute": True}}
        ),
        '<root sizes="1 2"/>',
        id="array as an attribute",
    ),
    pytest.param(
        {"a": 1, "b": 2},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        "<root><a>1</a><b>2</b></root>",
        id="additional properties",
    ),
    pytest.param(
        {"a b": "x", "1st": "y", "c:d": "z", "": "w"},
        an_object(**{"a b": TEXT, "1st": TEXT, "c:d": TEXT, "": TEXT}),
        "<root><a_b>x</a_b><_1st>y</_1st><c_d>z</c_d><_>w</_></root>",
        id="names that XML does not take",
    ),
    pytest.param(
        {"q": '<&>"\r\n\t]]>', "a": '<&>"\r\n\t'},
        an_object(q=TEXT, a={**TEXT, "xml": {"attribute": True}}),
        '<root a="&lt;&amp;&gt;&quot;&#13;&#10;&#9;"><q>&lt;&amp;&gt;"&#13;\n\t]]&gt;</q></root>',
        id="escapes",
    ),
    pytest.param("  spaced ", TEXT, "<root>  spaced </root>", id="string root"),
    pytest.param(
        {"Größe": "☃"}, an_object(Größe=TEXT), "<root><Größe>☃</Größe></root>", id="unicode"
    ),
]


@pytest.mark.parametrize(("value", "schema", "text"), ROUND_TRIPS)
def test_writes(value: Any, schema: Any, text: str) -> None:
    assert written(value, schema) == text


@pytest.mark.parametrize(("value", "schema", "text"), ROUND_TRIPS)
def test_reads_back_what_it_wrote(value: Any, schema: Any, text: str) -> None:
    assert from_xml((DECLARATION + text).encode(), schema, DEFINITIONS) == value


@pytest.mark.parametrize(
    ("value", "schema", "text"),
    [
        ({"a": "\x00\x08\ud800"}, True, "<root><a>\ufffd\ufffd\ufffd</a></root>"),
        ({"a": None}, an_object(a={"xml": {"attribute": True}}), "<root/>"),
        ({"a": [1, {"b": []}]}, True, "<root><a>1</a><a/></root>"),
        ([1, [2]], {}, "<root><root>1</root><root><root>2</root></root></root>"),
        (
            {"a": 1, "b": 2},
            an_object(
                a={"xml": {"attribute": True, "prefix": "p", "namespace": "urn:a"}},
                b={"xml": {"attribute": True, "prefix": "p", "namespace": "urn:b"}},
            ),
            '<root xmlns:p="urn:a" p:a="1" b="2"/>',
        ),
        (
            {"a": 1, "b": 2},
            an_object(
                a={"xml": {"attribute": True, "name": "x"}},
                b={"xml": {"attribute": True, "name": "x"}},
            ),
            '<root x="1"/>',
        ),
        (float("inf"), {"type": "number"}, "<root>INF</root>"),
        ({"a": 1}, {"$ref": "#/$defs/Loop"}, "<Loop><a>1</a></Loop>"),
        ({"a": 1}, {"$ref": "#/$defs/Missing"}, "<root><a>1</a></root>"),
        ({"a": 1}, {"xml": "wrong", "properties": 7, "type": 3}, "<root><a>1</a></root>"),
    ],
)
def test_writes_what_is_odd(value: Any, schema: Any, text: str) -> None:
    assert written(value, schema) == text


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("<a> 5 </a>", {"type": "integer"}, 5),
        ("<a>+05</a>", {"type": "integer"}, 5),
        ("<a>5</a>", {"type": "number"}, 5),
        ("<a>5e2</a>", {"type": "number"}, 500.0),
        ("<a>1e999</a>", {"type": "number"}, "1e999"),
        ("<a>five</a>", {"type": "integer"}, "five"),
        ("<a> true</a>", {"type": "boolean"}, True),
        ("<a>1</a>", {"type": "boolean"}, "1"),
        ("<a>maybe</a>", {"type": "boolean"}, "maybe"),
        ("<a/>", {"type": ["integer", "null"]}, None),
        ("<a/>", {"type": ["string", "null"]}, ""),
        ("<a/>", {"type": "object"}, {}),
        ("<a/>", {"type": "array"}, []),
        ("<a>text</a>", an_object(b=TEXT), "text"),
        ("<a><![CDATA[<b>]]></a>", TEXT, "<b>"),
        ("<a><!-- c --><b>1</b><?p i?></a>", an_object(b={"type": "integer"}), {"b": 1}),
        ("<a><b>1</b><b>2</b></a>", an_object(b=TEXT), {"b": ["1", "2"]}),
        ("<a><b>1</b><c/><b>2</b></a>", True, {"b": ["1", "2"], "c": ""}),
        ("<a id='1'>x</a>", True, {"id": "1", "#text": "x"}),
        ("<a xmlns='urn:x'><b>1</b></a>", an_object(b={"type": "integer"}), {"b": 1}),
        (
            "<a><x:b xmlns:x='urn:x'>1</x:b><b>2</b></a>",
            an_object(b={"type": "integer", "xml": {"namespace": "urn:x"}}),
            {"b": 1},
        ),
        (
            f"<a xmlns:xsi='{XSI}' xsi:type='t' xsi:schemaLocation='u v'><b xsi:nil='1'/></a>",
            an_object(b=TEXT),
            {"b": None},
        ),
        (
            "<a><tag><id>1</id></tag></a>",
            {"properties": {"tag": strings()}},
            {"tag": [{"id": "1"}]},
        ),
    ],
)
def test_reads(text: str, schema: Any, value: Any) -> None:
    assert from_xml(text.encode(), schema, DEFINITIONS) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_reads_the_encoding_that_the_document_declares(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'
    assert from_xml(text.encode(encoding), TEXT, {}) == "é"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no element found"),
        (b"<a>\n  <b></a>", "line 2, column 8"),
        (b"<a>&nbsp;</a>", "undefined entity"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<x:a/>", "unbound prefix"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DTD"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "DTD"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "encoding"),
        (b"<?xml version='1.0' encoding='shift_jis'?><a/>", "encoding"),
        (b"<a>" * 201 + b"</a>" * 201, "200 elements"),
        (b"<a>\x00</a>", "not well-formed"),
    ],
)
def test_says_what_cannot_be_read(data: bytes, complaint: str) -> None:
    with pytest.raises(Unreadable) as raised:
        from_xml(data, True, {})
    assert complaint in raised.value.detail


def test_refuses_what_is_too_large() -> None:
    with pytest.raises(TooLarge):
        from_xml(b"<a>" + b"<b/>" * 500_000 + b"</a>", True, {})
    with pytest.raises(TooLarge):
        from_xml(b" " * (64 * 1024 * 1024 + 1), True, {})


def test_refuses_to_write_what_is_nested_too_deep() -> None:
    value: Any = 1
    for _ in range(300):
        value = {"a": value}
    with pytest.raises(NoAnswer):
        to_xml(value, True, {}, "root")


def test_reads_and_writes_a_long_list_in_good_time() -> None:
    value = {"tags": [{"id": number} for number in range(20_000)]}
    schema = an_object(tags={"type": "array", "items": {"$ref": "#/$defs/Tag"}})
    spent = time.process_time()
    assert from_xml(to_xml(value, schema, DEFINITIONS, "root"), schema, DEFINITIONS) == value
    assert time.process_time() - spent < 10, "work that should take a fraction of a second"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(json, st.text(max_size=8))
def test_any_value_is_written_well_formed(value: Any, root: str) -> None:
    from_xml(to_xml(value, True, {}, root), True, {})


names = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
leaves = st.sampled_from(["string", "integer", "boolean"])
xml = st.fixed_dictionaries({}, optional={"attribute": st.booleans()})


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_typed_object_comes_back(data: st.DataObject) -> None:
    kinds = data.draw(st.dictionaries(names, st.tuples(leaves, xml, st.booleans()), max_size=5))
    made = {
        "string": st.text(alphabet="ab <&\"'\n\ré"),
        "integer": st.integers(),
        "boolean": st.booleans(),
    }
    properties: dict[str, Any] = {}
    value: dict[str, Any] = {}
    for name, (kind, marks, listed) in kinds.items():
        if listed:
            properties[name] = {"type": "array", "items": {"type": kind}, "xml": {"wrapped": True}}
            value[name] = data.draw(st.lists(made[kind], max_size=3))
        else:
            properties[name] = {"type": kind, "xml": marks}
            value[name] = data.draw(made[kind])
    schema = an_object(**properties)
    assert from_xml(to_xml(value, schema, {}, "root"), schema, {}) == value
