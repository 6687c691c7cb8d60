"""Whether something was called, how often, and what was called instead."""

import pytest

from core.journal.questions.recorded import read
from polymock.commands.context import Context
from polymock.commands.log_questions import fails, verify
from polymock.errors import CommandError
from polymock_schemas.log_questions import VerifyQuery

PET = '{"name": "Rex", "tags": ["dog", "big"], "owner": {"id": 7, "vip": true}}'
ROWS = [
    {"method": "POST", "path": "/pets", "operation": "POST /pets", "request_body": PET},
    {"method": "POST", "path": "/pets", "operation": "POST /pets", "request_body": PET},
    {"method": "POST", "path": "/pets", "operation": "POST /pets", "request_body": "not json"},
    {"path": "/pets/1", "operation": "GET /pets/{petId}", "query": "a=1&b=x%20y", "status": 404},
    {
        "path": "/pets/a%20b",
        "session": "t1",
        "request_headers": '{"x-trace": "abc", "accept": ["text/html", "*/*"]}',
    },
]


def ask(**query):
    with read(ROWS) as journal:
        return verify(Context(journal=journal), VerifyQuery(**query))


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 5),
        ({"method": "post"}, 3),
        ({"path": "/pets"}, 3),
        ({"path": "/pets/{petId}"}, 2),
        ({"path": "/pets/*"}, 2),
        ({"path": "/**"}, 5),
        ({"path": "/pet"}, 0),
        ({"path": "/pets/a b"}, 1),
        ({"path": "/pets/a%20b"}, 1),
        ({"path": "/pets."}, 0),
        ({"operation": "POST /pets"}, 3),
        ({"session": "t1"}, 1),
        ({"status": 404}, 1),
        ({"query": ("a=1",)}, 1),
        ({"query": ("b=x y", "a")}, 1),
        ({"query": ("a=2",)}, 0),
        ({"header": ("X-Trace=abc",)}, 1),
        ({"header": ("x-trace: abc",)}, 1),
        ({"header": ("accept=*/*",)}, 1),
        ({"header": ("accept",)}, 1),
        ({"header": ("x-none",)}, 0),
        ({"body": {"owner": {"vip": True, "id": 7.0}, "name": "Rex", "tags": ["dog", "big"]}}, 2),
        ({"body": {"name": "Rex"}}, 0),
        ({"body": "not json"}, 1),
        ({"contains": {"name": "Rex"}}, 2),
        ({"contains": {"owner": {"id": 7}}}, 2),
        ({"contains": {"owner": {"id": True}}}, 0),
        ({"contains": {"owner": {"vip": 1}}}, 0),
        ({"contains": {"tags": ["big"]}}, 2),
        ({"contains": {"tags": ["big", "big"]}}, 0),
        ({"contains": "t j"}, 1),
        ({"since": "2026-03-12T09:00:03Z"}, 2),
        ({"until": "2026-03-12T09:00:03Z"}, 3),
    ],
)
def test_calls_are_counted(query, count):
    result = ask(times=count, **query)
    assert (result.holds, result.count) == (True, count)
    assert len(result.calls) == count


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        ({}, True),
        ({"times": 3}, True),
        ({"times": 2}, False),
        ({"at_least": 3}, True),
        ({"at_least": 4}, False),
        ({"at_most": 3}, True),
        ({"at_most": 2}, False),
        ({"at_least": 1, "at_most": 3}, True),
        ({"never": True}, False),
    ],
)
def test_numbers(bounds, holds):
    result = ask(path="/pets", **bounds)
    assert result.holds is holds
    assert fails(result, None) is not holds


@pytest.mark.parametrize(
    "bounds",
    [{"times": 1, "never": True}, {"times": 1, "at_most": 2}, {"at_least": 3, "at_most": 2}],
)
def test_numbers_that_contradict_one_another_are_refused(bounds):
    with pytest.raises(CommandError) as caught:
        ask(**bounds)
    assert caught.value.violations


def test_nothing_asked_is_refused():
    with pytest.raises(CommandError, match="does not say what") as caught:
        ask()
    assert caught.value.kind == "wrong"
    assert caught.value.violations
    assert ask(never=True).holds is False


def test_what_was_never_called_is_told_with_what_came_nearest():
    result = ask(method="POST", path="/pets", contains={"name": "Max"})
    assert result.summary.startswith("It was never called; wanted: at least once.")
    assert result.nearest[0].differs == ('body/name: "Rex", wanted "Max"',)
    assert result.nearest[0].call.path == "/pets"


def test_a_wrong_path_is_told_with_the_one_seen():
    result = ask(method="GET", path="/pet/1")
    assert result.nearest[0].differs == ("path: /pets/1, wanted /pet/1",)


def test_an_empty_journal_has_nothing_near():
    with read([]) as journal:
        result = verify(Context(journal=journal), VerifyQuery(path="/pets"))
    assert (result.holds, result.count, result.nearest) == (False, 0, ())
