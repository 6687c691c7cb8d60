from __future__ import annotations

from collections.abc import Callable

import pytest

from polymock_graphql.model import GraphqlDocument
from polymock_graphql.spec.problems import problems

Load = Callable[..., GraphqlDocument]


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        ("type Query { a: Mine }\nscalar Mine", "2:1: the scalar `Mine` is not known"),
        ("type Query { a: A } interface A { b: Int }", "1:21: no object type is a `A`"),
        (
            "type Query { a: Int @fake(type: x) }",
            "1:14: `@fake(type: x)` at `Query.a` names no known",
        ),
        ("type Query { __a: Int }", "1:14: Name '__a' must not begin with '__'"),
        ("type M { a: Int } schema { mutation: M }", ": it has no query root type"),
        (
            "type Query { a: [Int] @listLength(min: 2, max: 1) }",
            "1:14: `@listLength(min: 2, max: 1)`",
        ),
        ("type Query { a: Int @listLength(min: 2, max: 3) }", "which is no list"),
        (
            'type Query { a: Int @examples(values: ["x", 3]) }',
            "the example 'x' does not fit `Query.a`",
        ),
        (
            "type Query { a: String @constraint(minLength: 3, maxLength: 1) }",
            "no value can be made",
        ),
        ('type Query { a: String @constraint(pattern: "(") }', "`(` at `Query.a` is no pattern"),
        ("type Query { a: Int @other }", "1:21: Unknown directive '@other'."),
        ('scalar Date @examples(values: ["x"]) type Query { a: Date }', "does not fit `Date`"),
    ],
)
def test_problems(load_sdl: Load, sdl: str, expected: str) -> None:
    found = problems(load_sdl(sdl))
    assert any(expected in f"{fault.path}: {fault.message}" for fault in found), found
    assert all(fault.level == "warning" and fault.file.endswith("a.graphql") for fault in found)


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query { a: Date b(c: Int = 3): [Int] } scalar Date",
        'type Query { a: Mine } scalar Mine @specifiedBy(url: "https://example.com/mine")',
        "type Query { a: Mine } scalar Mine @fake(type: uuid)",
        'type Query { a: [String] @examples(values: ["a"]) @listLength(min: 1, max: 2) }',
    ],
)
def test_no_problems(load_sdl: Load, sdl: str) -> None:
    assert problems(load_sdl(sdl)) == ()
