import json

from plugins.events import request, started
from polymock_observers.webhook.messages import BATCH, MAX_MESSAGE, messages
from polymock_observers.webhook.messages import test_message as a_test


def test_each_event_is_a_message_of_its_own() -> None:
    first, second = messages([request(), started()], 1, bodies=True)
    assert (first.id, first.type, first.events) == (request().id, "request.received", 1)
    told = json.loads(first.body)
    assert set(told) == {"id", "type", "timestamp", "data"}
    assert (told["id"], told["timestamp"]) == (first.id, "2023-11-14T22:13:20.000250Z")
    assert told["data"]["body"] == "abc"
    assert second.type == "server.started"


def test_bodies_can_be_left_out() -> None:
    (message,) = messages([request()], 1, bodies=False)
    assert "body" not in json.loads(message.body)["data"]


def test_lists_of_several() -> None:
    made = list(messages([started(n) for n in range(7)], 3, bodies=True))
    assert [message.events for message in made] == [3, 3, 1]
    assert {message.type for message in made} == {BATCH}
    assert [told["id"] for message in made for told in json.loads(message.body)] == [
        f"sv_{n:04d}" for n in range(7)
    ]


def test_lists_are_bounded_in_bytes() -> None:
    large = request(body="x" * (MAX_MESSAGE // 3))
    made = list(messages([large] * 5, 100, bodies=True))
    assert [message.events for message in made] == [2, 2, 1]
    (alone,) = messages([request(body="x" * (2 * MAX_MESSAGE))], 100, bodies=True)
    assert alone.events == 1


def test_a_test_says_that_it_is_one() -> None:
    told = json.loads(a_test("ci", "test_1", 0).body)
    assert (told["type"], told["data"]) == ("webhook.test", {"observer": "ci"})
