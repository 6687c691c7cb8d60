"""What must not be stored is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polymock.errors import ConfigError
from polymock.journal.redaction import REDACTED, UNREADABLE, Redactor
from polymock_schemas.calls import Violation

JSON = "application/json; charset=utf-8"


def body(entries, value, media=JSON, size=None):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Redactor(entries).body(data, size or len(data), media, set())


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("$.card.number", '{"card":{"number":"4111","cvv":1}}', '{"card":{"number":X,"cvv":1}}'),
        ("$..pin", '{"a":[{"pin":"x"}],"pin":{"b":1}}', '{"a":[{"pin":X}],"pin":X}'),
        ("$.items[*].pin", '{"items":[{"pin":1},{"b":2}]}', '{"items":[{"pin":X},{"b":2}]}'),
        ("$.items[1]", '{"items":[1,2,3]}', '{"items":[1,X,3]}'),
        ("$['odd name'].x", '{"odd name":{"x":1}}', '{"odd name":{"x":X}}'),
        ("$.*.token", '{"a":{"token":1},"b":2}', '{"a":{"token":X},"b":2}'),
        ("$.missing.path", '{"a":1}', '{"a":1}'),
        ("$.items[-1]", '{"items":[1,2,3]}', '{"items":[1,2,X]}'),
        ("$['*']", '{"*":1,"a":2}', '{"*":X,"a":2}'),
        ("$.data.x", '[{"data":{"x":1}},{"data":{"y":2}}]', '[{"data":{"x":X}},{"data":{"y":2}}]'),
        ("$[0].x", '[{"x":1},{"x":2}]', '[{"x":X},{"x":2}]'),
        ("$..x[*]", '[{"x":[1,2]},{"x":{"a":[3]}}]', '[{"x":[X,X]},{"x":{"a":X}}]'),
        ("$..*", '{"a":{"b":1},"c":[2]}', '{"a":X,"c":X}'),
        ("$..pin", '{"p\\u0069n":1}', '{"pin":X}'),
        ("$..naïve", '{"na\\u00efve":1}', '{"naïve":X}'),
        ("$..['a/b']", '{"a\\/b":1}', '{"a/b":X}'),
        ("$..a.b", '{"a":{"b":1},"x":{"a":[{"b":2}]}}', '{"a":{"b":X},"x":{"a":[{"b":2}]}}'),
    ],
)
def test_json_paths_hide_what_they_hit(path, value, expected):
    assert body([path], value.encode()) == expected.replace("X", f'"{REDACTED}"')


def test_the_root_hides_the_whole_body():
    assert body(["$"], {"a": 1}) == REDACTED


@pytest.mark.parametrize(
    "entry",
    [
        "$.",
        "$.a..",
        "$.a[",
        "$[x]",
        "$.a b",
        "$...a",
        "$.a*",
        "$[?@.a]",
        "$[1:2]",
        "",
        "not a name",
        "$['a','b']",
        "$" + ".a" * 33,
    ],
)
def test_an_entry_that_is_neither_name_nor_path_is_an_error_that_names_it(entry):
    with pytest.raises(ConfigError, match=r"neither a header name|not a JSON path") as caught:
        Redactor([entry])
    assert repr(entry) in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        b'{"password": "secret", "b": ',
        b'{"password": NaN}',
        b'"x": {"password": "secret"}',
        '{"password": "secret"}'.encode("utf-16-le"),
        b'{"password": "secret", "b": 1e999}',
        b'{"password": 1, "b": ' + b"[" * 100_000,
        b'{"password": "\xff"}',
    ],
)
def test_json_that_cannot_be_read_is_not_stored_where_a_path_is_listed(data):
    stored = body(["$.password"], data)
    assert stored.endswith(UNREADABLE)
    assert "secret" not in stored.replace("\0", "")


def test_a_cut_body_is_not_stored_where_it_may_hold_what_a_path_hits():
    assert body(["$.password"], b'{"password":"secr', size=100) == UNREADABLE
    assert body(["$.password"], b'{"pass\\u0077ord":"secr', size=100) == UNREADABLE
    assert body(["$[0]"], b'["secr', size=100) == UNREADABLE
    assert body(["$.password"], b'{"a":"b', size=100) == '{"a":"b'


def test_a_repeated_key_does_not_hide_a_secret_from_redaction():
    stored = body(["$.card.number"], b'{"card":{"number":"4111"},"card":7}')
    assert "4111" not in stored


def test_a_form_is_redacted_by_the_names_in_the_paths():
    stored = body(["$..password"], b"user=a&pass%77ord=x+y", "application/x-www-form-urlencoded")
    assert stored == f"user=a&pass%77ord={REDACTED}"


def test_text_that_names_a_hidden_field_is_not_stored():
    assert body(["$..password"], b"<password>x</password>", "application/xml") == UNREADABLE
    assert body(["$..password"], b"<user>x</user>", "application/xml") == "<user>x</user>"


def test_bodies_without_paths_are_stored_as_they_are():
    assert body([], b'{"a": 1 ,') == '{"a": 1 ,'
    assert body([], b"\xff\x00") == "base64:/wA="
    assert Redactor().body(b"", 0, JSON, set()) is None
    assert Redactor().body("ä".encode()[:1], 2, JSON, set()) == ""


def test_headers_and_query_parameters_are_hidden_by_name():
    redactor = Redactor(["Authorization", "$.card.number"])
    hidden = set()
    assert redactor.header(b"authorization", b"Bearer abcdef", hidden) == REDACTED
    assert "abcdef" in hidden
    query = "a=1&AUTHORIZATION=x&card%5Bnumber%5D=4111&number"
    assert redactor.query(query, hidden) == (
        f"a=1&AUTHORIZATION={REDACTED}&card%5Bnumber%5D={REDACTED}&number"
    )


def test_userinfo_in_urls_is_hidden():
    redactor = Redactor()
    assert redactor.header(b"referer", b"http://me:pw@host/x?a@b", set()) == (
        f"http://{REDACTED}@host/x?a@b"
    )
    assert redactor.query("u=http://me:pw@host/", set()) == f"u=http://{REDACTED}@host/"


def test_violations_do_not_repeat_what_is_hidden():
    redactor = Redactor(["authorization", "$.pin"])
    assert redactor.violation(Violation("body/pin", "'12' is too short"), set()).message == REDACTED
    echoed = redactor.violation(Violation("body", "{'pin': 'hunter2'} has no x"), {"hunter2"})
    assert "hunter2" not in echoed.message
    kept = Violation("query.limit", "'x' is not an integer")
    assert redactor.violation(kept, set()) == kept


@given(st.binary(max_size=200), st.sampled_from(["application/json", "text/plain", ""]))
def test_no_body_makes_it_fail(data, media):
    stored = Redactor(["$..password", "$.a[0]"]).body(data, len(data), media, set())
    assert (stored is None) == (not data)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("password"), inner),
    max_leaves=20,
)


@given(json_values)
def test_no_value_of_a_hidden_name_stays(value):
    stored = json.loads(body(["$..password"], value))
    waiting = [stored]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            assert node.get("password", REDACTED) == REDACTED
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
