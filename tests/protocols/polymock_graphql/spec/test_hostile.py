from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_graphql.spec.document import load
from polymock_graphql.spec.problems import problems

SECONDS = 20.0
"""A generous bound: without a limit these would take minutes."""


def refused(folder: Path, text: str) -> str:
    path = folder / "a.graphql"
    path.write_text(text)
    started = time.monotonic()
    with pytest.raises(SpecError) as caught:
        load(Spec(str(path), "test"))
    assert time.monotonic() - started < SECONDS
    assert len(caught.value.faults) <= 100
    return caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "type Query { a: " + "[" * 10_000 + "Int" + "]" * 10_000 + " }",
        "type Query { a(b: Int = " + "[" * 10_000 + "]" * 10_000 + "): Int }",
        "type Query { a: Int @x(y: " + "{z: " * 10_000 + "1" + "}" * 10_000 + ") }",
    ],
)
def test_deep_nesting(tmp_path: Path, text: str) -> None:
    assert "nested too deeply" in refused(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "type Query { " + "".join(f"a{i}: B{i} " for i in range(30_000)) + "}",
        "type Query { " + "a: Int a: ID " * 15_000 + "}",
        "scalar A " * 30_000,
        "type A implements " * 30_000,
        "type A " + "implements a " * 30_000 + "=",
        "type a" + " a" * 100_000 + " = ",
        '"""' + "a" * 1_000_000,
        "type Query { a: Int } " + "\0",
        "a " * 100,
        "type Query { a: Int } interface I { "
        + "".join(f"f{i}: Int " for i in range(1000))
        + "} "
        + "".join(f"type T{i} implements I {{ a: Int }} " for i in range(5000)),
        "input A0 { a: Int } "
        + "".join(f"input A{i} {{ a: A{i - 1}! }} " for i in range(1, 3000))
        + "type Query { a(b: A2999 = {}): Int } =",
    ],
    ids=range(11),
)
def test_enormous_counts(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text)


def test_long_chains_of_inputs(tmp_path: Path) -> None:
    chain = "".join(f"input A{i} {{ a: A{(i + 1) % 3000}! }} " for i in range(3000))
    assert refused(tmp_path, chain + "type Query { a(b: A0): Int }")


def test_many_repetitions(tmp_path: Path) -> None:
    path = tmp_path / "a.graphql"
    members = "a: Int " * 30_000
    path.write_text(f"type Query {{ {members} }} union U = " + "|".join(["Query"] * 100_000))
    started = time.monotonic()
    assert "`Query.a` is defined again" in problems(load(Spec(str(path), "test")))[0].message
    assert time.monotonic() - started < SECONDS


def test_many_odd_directives(tmp_path: Path) -> None:
    path = tmp_path / "a.graphql"
    path.write_text("type Query { " + "".join(f"a{i}: Int @x{i} " for i in range(5000)) + "}")
    assert len(problems(load(Spec(str(path), "test")))) == 100


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.sampled_from(
            [
                "type",
                "Query",
                "A",
                "{",
                "}",
                "a",
                ":",
                "Int",
                "[",
                "]",
                "!",
                "@key",
                "(",
                "fields",
                '"id"',
                ")",
                "=",
                "|",
                "&",
                "implements",
                "extend",
                "schema",
                "query",
                "mutation",
                "scalar",
                "union",
                "enum",
                "input",
                "interface",
                "directive",
                "on",
                "OBJECT",
                "@fake",
                "type:",
                "1",
                '"""',
                "#",
                "\n",
                "$",
                "@link",
                "url:",
                "import:",
                "{",
                "...",
                "null",
                "true",
                "-0",
                "é",
            ]
        ),
        max_size=30,
    )
)
def test_any_text_loads_or_is_refused(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "a.graphql"
    path.write_text(" ".join(words), encoding="utf-8")
    try:
        problems(load(Spec(str(path), "test")))
    except SpecError as error:
        assert error.faults
