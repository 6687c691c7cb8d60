"""What exchanges exercise, found in what their rows have."""

from datetime import timedelta

import pytest

from polymock.journal.coverage.accounts import sightings
from polymock.journal.coverage.inventory import Accounts
from polymock.journal.coverage.looking import Look, Stretch, decoded


@pytest.fixture
def seen(database):
    """The parts that the exchanges of an hour exercised: place and name by kind."""

    def look(**restricted):
        accounts = Accounts().find(database.rows)
        stretch = Stretch(database.noon, database.noon + timedelta(hours=1), **restricted)
        found = {}
        for _, (operation, kind, place, names) in sightings(accounts, Look(database.rows, stretch)):
            found.setdefault((operation, kind, place), set()).update(names)
        return found

    return look


def test_parameters_are_found_by_their_names(database, seen):
    database.put("GET /pets", query="limit=3&unknown=1&colour=red")
    database.put("GET /pets", query="fil%74er%5Bsize%5D=2")
    database.put("GET /pets", request_headers='{"x-trace":"1","accept":"*/*"}')
    assert seen() == {
        ("GET /pets", "parameter", "query"): {"limit", "filter"},
        ("GET /pets", "parameter", "header"): {"X-Trace"},
    }


def test_properties_of_json_are_found(database, seen):
    database.put("POST /pets", request_body='{"name":"Rex","owner":null}', status=201)
    database.put("GET /pets", response_body=' {"items":[{"id":1},{"id":2,"tags":[]}]}')
    assert seen() == {
        ("POST /pets", "request", ""): {"name", "owner"},
        ("GET /pets", "response", "200"): {"items", "items[].id", "items[].tags"},
    }


def test_an_answer_belongs_to_its_own_status_or_the_range_or_to_nothing(database, seen):
    body = '{"title":"no","items":[]}'
    database.put("GET /pets", status=404, outcome="client_error", response_body=body)
    assert seen() == {("GET /pets", "response", "4XX"): {"title"}}
    database.put("POST /pets", status=500, response_body='{"id":1}')
    assert ("POST /pets", "response", "201") not in seen()


def test_forms_are_read_by_their_names(database, seen):
    database.put("POST /pets", request_body="name=Rex&owner%5Bname%5D=Ann")
    assert seen() == {("POST /pets", "request", ""): {"name", "owner", "owner.name"}}


def test_parts_of_multipart_are_read_by_their_names(database, seen):
    body = '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nRex\r\n--x--\r\n'
    database.put("POST /pets", request_body=body)
    assert seen() == {("POST /pets", "request", ""): {"name"}}


def test_lists_of_unlike_things_are_looked_into_all_the_same(database, seen):
    database.put("GET /pets", response_body='{"items":[{"id":1}, 3, {"tags":[]}]}')
    assert seen()["GET /pets", "response", "200"] == {"items", "items[].id", "items[].tags"}


def test_of_what_was_cut_off_the_whole_of_it_counts(database, seen):
    body = '{"items":[{"id":1,"x":"a,{"},{"id":2,"tags":["a'
    database.put("GET /pets", response_body=body, truncated=True)
    assert seen()["GET /pets", "response", "200"] == {"items", "items[].id", "items[].tags"}


@pytest.mark.parametrize(
    "body", ["", "null", "base64:AAAA", "<pet><name/></pet>", '{"a', "{" * 3000, '"name"', "7"]
)
def test_what_cannot_be_read_exercises_nothing(database, seen, body):
    database.put("POST /pets", request_body=body)
    assert seen() == {}


def test_the_fields_of_rpcs_are_found_by_both_names_in_bodies_and_queries(database, seen):
    database.put(
        "shop.v1.Shop/GetPet",
        status=0,
        request_body='{"pet_id":"7"}',
        response_body='{"name":"Rex"}',
    )
    database.put("shop.v1.Shop/GetPet", query="petId=7", status=0)
    assert seen() == {
        ("shop.v1.Shop/GetPet", "request", ""): {"petId"},
        ("shop.v1.Shop/GetPet", "response", ""): {"name"},
    }


def test_the_fields_of_rpcs_are_found_in_paths_where_a_rule_says_so(database, seen):
    rpc = "shop.v1.Shop/GetPet"
    database.put(rpc, status=0, method="POST", path=f"/{rpc}")
    database.put(rpc, status=0, method="PUT", path="/v1/pets/7")
    assert seen() == {}
    database.put(rpc, status=0, method="GET", path="/v1/pets/7")
    assert seen() == {(rpc, "request", ""): {"petId"}}


def test_an_answer_that_is_a_refusal_is_none_of_an_rpc(database, seen):
    database.put(
        "shop.v1.Shop/GetPet", status=5, outcome="client_error", response_body='{"name":""}'
    )
    assert seen() == {}


def test_calls_of_no_operation_and_of_other_sessions_do_not_count(database, seen):
    database.put("", mock="shop", query="limit=1")
    database.put("GET /pets", query="limit=1", session="a")
    assert seen(session="b") == {}
    assert seen(session="a") == {("GET /pets", "parameter", "query"): {"limit"}}
    assert seen(mock="rpc") == {}


def test_what_cannot_be_mended_has_no_value():
    assert decoded(None, '{"a":[1}').value is None
    assert decoded(None, '[{"a":1},{"b"').value == [{"a": 1}, {}]
    assert decoded("&a&b", None).names == ("a", "b")
