"""What names say of the state of objects: ends not reached, and verbs that reach them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SDL = """
directive @examples(values: [String!]!) on FIELD_DEFINITION
scalar DateTime
type Query { issue(id: ID!, state: State): Issue file(id: ID!): File odd: Odd }
type Odd { id: ID! closedDate: State }
type Mutation {
  closeIssue(id: ID!): ClosePayload
  reopenIssue(id: ID!): ClosePayload
  cancelOrder(id: ID!): Order
  cancel_order(id: ID!, status: Status): Order
  payOrder(id: ID!): Order
  updateOrder(id: ID!): Order
}
enum State { OPEN CLOSED }
enum Status { NEW PAID CANCELLED }
type ClosePayload { issue: Issue }
type Issue { id: ID! state: State! closed: Boolean! closedAt: DateTime lockedAt: DateTime }
type Order {
  id: ID! status: Status! canceledAt: DateTime cancelledOn: String expiredAt: DateTime!
  refundedAt: String @examples(values: ["monday"])
}
type File { id: ID! isDeleted: Boolean deletedAt: DateTime archived_at: Int name: String }
"""


@pytest.fixture(scope="module")
def world(plan_over: Callable[..., Any]) -> Any:
    return plan_over(SDL)


def test_ends_agree_with_states(world: Any) -> None:
    states = set()
    for key in range(20):
        document = f"{{ issue(id: {key}) {{ state closed closedAt lockedAt }} }}"
        issue = world.data(document)["issue"]
        is_closed = issue["state"] == "CLOSED"
        assert (issue["closed"], issue["closedAt"] is not None) == (is_closed, is_closed)
        assert issue["lockedAt"] is None
        states.add(issue["state"])
    assert states == {"OPEN", "CLOSED"}
    said = world.data("{ issue(id: 1, state: CLOSED) { closed closedAt } }")["issue"]
    assert said["closed"] and said["closedAt"]


def test_ends_agree_with_booleans(world: Any) -> None:
    for key in range(10):
        file = world.data(f"{{ file(id: {key}) {{ isDeleted deletedAt archived_at name }} }}")[
            "file"
        ]
        assert (file["deletedAt"] is not None) == file["isDeleted"]
        assert file["archived_at"] is None
        assert file["name"]


def test_required_ends_and_examples_stay(world: Any) -> None:
    order = world.data("mutation { updateOrder(id: 1) { expiredAt refundedAt } }")["updateOrder"]
    assert order["expiredAt"]
    assert order["refundedAt"] == "monday"


def test_a_state_is_no_moment(world: Any) -> None:
    assert world.data("{ odd { closedDate } }")["odd"]["closedDate"] in ("OPEN", "CLOSED")


def test_verbs_lead_to_states(world: Any) -> None:
    fields = "issue { id state closed closedAt }"
    closed = world.data(f"mutation {{ closeIssue(id: 7) {{ {fields} }} }}")["closeIssue"]["issue"]
    assert (closed["id"], closed["state"], closed["closed"]) == ("7", "CLOSED", True)
    assert closed["closedAt"]
    opened = world.data(f"mutation {{ reopenIssue(id: 7) {{ {fields} }} }}")["reopenIssue"]["issue"]
    assert opened == {"id": "7", "state": "OPEN", "closed": False, "closedAt": None}
    order = world.data("mutation { cancelOrder(id: 7) { status canceledAt cancelledOn } }")
    assert order["cancelOrder"]["status"] == "CANCELLED"
    assert order["cancelOrder"]["canceledAt"] and order["cancelOrder"]["cancelledOn"]
    paid = world.data("mutation { payOrder(id: 7) { status canceledAt } }")["payOrder"]
    assert paid == {"status": "PAID", "canceledAt": None}


def test_what_the_caller_says_goes_first(world: Any) -> None:
    order = world.data("mutation { cancel_order(id: 7, status: NEW) { status } }")
    assert order == {"cancel_order": {"status": "NEW"}}
