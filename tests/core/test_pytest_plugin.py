"""The fixture, as a project finds it that has Polymock installed."""

import pytest

pytest_plugins = ["pytester"]

SPEC = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths: {/pets: {get: {responses: {"200": {description: ok, content: {application/json: {}}}}}}}
"""


def test_the_fixture_is_found_through_the_entry_point(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", pets=SPEC, users=SPEC)
    pytester.makepyfile(
        """
        import httpx

        made = []

        def test_mocks(polymock):
            pets, users = polymock("pets.yaml", seed=7), polymock("users.yaml")
            assert httpx.get(pets.url + "/pets").status_code == 200
            with users.client() as client:
                assert client.get("/pets").status_code == 200
            assert [len(mock.exchanges) for mock in (pets, users)] == [1, 1]
            made.append(pets.url)

        def test_mocks_end_with_their_test(polymock):
            try:
                httpx.get(made[0])
            except httpx.ConnectError:
                return
            raise AssertionError("it still listens")
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_the_fixture_is_listed_with_its_use(pytester: pytest.Pytester) -> None:
    found = pytester.runpytest_inprocess("--fixtures").stdout.str()
    assert 'Make mocks that end with the test: `mock = polymock("openapi.yaml", seed=7)`.' in found
