"""Entity tags and what callers say of them."""

from __future__ import annotations

import pytest

from polymock.errors import PreconditionFailed
from polymock.world.view import Entity
from polymock_openapi.world.conditions import (
    UNWRITTEN,
    check_match,
    entity_tag,
    is_unchanged,
    precondition,
    state_of,
)

WRITTEN = Entity("pets", "1", {"name": "Rex"}, 3)
UNKNOWN = Entity("pets", "2", {"name": "Max"})


def test_a_tag_names_the_state_and_the_bytes() -> None:
    tag = entity_tag(state_of(WRITTEN), b"json")
    assert tag.startswith(f'"{WRITTEN.tag}-')
    assert tag != entity_tag(state_of(WRITTEN), b"<xml/>")
    assert entity_tag(state_of(UNKNOWN), b"json").startswith(f'"{UNWRITTEN}-')


@pytest.mark.parametrize(
    ("field", "state"),
    [
        (f'"{WRITTEN.tag}-00000000"', True),
        (f'"other", "{WRITTEN.tag}-ffffffff"', True),
        ("*", True),
        (f'W/"{WRITTEN.tag}-00000000"', False),
        ('"other"', False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_if_match_compares_the_state_strongly(field: str, state: bool) -> None:
    condition = precondition({"if-match": field}, WRITTEN)
    if state:
        condition.check(WRITTEN)
        check_match({"if-match": field}, WRITTEN.tag)
        return
    with pytest.raises(PreconditionFailed):
        condition.check(WRITTEN)
    with pytest.raises(PreconditionFailed):
        check_match({"if-match": field}, WRITTEN.tag)


def test_what_nobody_wrote_has_a_state_until_somebody_does() -> None:
    condition = precondition({"if-match": '"0-12345678"'}, UNKNOWN)
    condition.check(UNKNOWN)
    with pytest.raises(PreconditionFailed):
        condition.check(Entity("pets", "2", {"name": "Changed"}, 1))


def test_if_none_match_asks_that_nothing_is_there() -> None:
    condition = precondition({"if-none-match": "*"}, None)
    condition.check(None)
    with pytest.raises(PreconditionFailed):
        condition.check(WRITTEN)


def test_a_representation_is_compared_whole_and_weakly() -> None:
    tag = '"abc-1"'
    assert is_unchanged(tag, tag)
    assert is_unchanged('W/"abc-1"', tag)
    assert is_unchanged('"x", "abc-1"', tag)
    assert is_unchanged(" * ", tag)
    assert not is_unchanged('"abc-2"', tag)
    assert not is_unchanged('"abc"', tag)
    assert not is_unchanged('"' * 5000, tag)
