"""Which declared answer a call gets, and its value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from polymock.errors import NoAnswer, NotAcceptable
from polymock.interfaces import Answer, Spec
from polymock.jsonschema import Validator
from polymock.samples import Sampler
from polymock_openapi.answering.answers import Answerer
from polymock_openapi.model import (
    Endpoint,
    MediaType,
    Parameter,
    Preferences,
    Reading,
    RequestBody,
    Response,
)
from polymock_openapi.spec.document import OpenApiDocument

JSON = "application/json"
PET: dict[str, Any] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "maxLength": 20},
        "tag": {"type": "string", "enum": ["cat", "dog"]},
    },
    "additionalProperties": False,
}
CORPUS = Path(__file__).parents[4].parent / "shared" / "corpus" / "openapi"
DOCUMENTS = (
    "adyen-binlookup-v54.json",
    "api-with-examples.yaml",
    "figma.yaml",
    "intercom-2.15.yaml",
    "link-example.yaml",
    "museum.yaml",
    "petstore.yaml",
    "petstore-separate/spec/swagger.json",
    "tictactoe.yaml",
    "uspto.yaml",
)


def response(status: str, schema: Any = PET, media: str = JSON, **examples: Any) -> Response:
    """A response with one body; `_` stands for the name of a lone example."""
    named = {name if name != "_" else "": value for name, value in examples.items()}
    return Response(status, {media: MediaType(media, schema, named)}, {})


def endpoint(
    *responses: Response,
    method: str = "GET",
    path: str = "/pets/{petId}",
    parameters: tuple[Parameter, ...] = (),
    body: RequestBody | None = None,
    definitions: Mapping[str, Any] | None = None,
) -> Endpoint:
    return Endpoint(
        name=f"{method} {path}",
        method=method,
        path=path,
        pointer="/paths/x",
        parameters=parameters,
        body=body,
        responses=responses,
        security=(),
        schemes={},
        callbacks=(),
        definitions=definitions or {},
    )


def reading(
    of: Endpoint,
    *,
    path: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    body: Any = msgspec.UNSET,
    accept: str = "",
    code: int | None = None,
    example: str | None = None,
    dynamic: bool | None = None,
    seed: int | None = None,
) -> Reading:
    path = path or {}
    return Reading(
        endpoint=of,
        method=of.method,
        captures={name: str(value) for name, value in path.items()},
        path=path,
        query=query or {},
        header={},
        cookie={},
        body=body,
        media_type=JSON if body is not msgspec.UNSET else "",
        accept=accept,
        preferences=Preferences(code=code, example=example, dynamic=dynamic, seed=seed),
        url="http://mock.test/pets/7",
        sent={},
    )


def answerer(of: Endpoint) -> Answerer:
    return Answerer(of, Sampler(of.definitions), 42)


def answer(call: Reading) -> Answer:
    given = answerer(call.endpoint)
    return given.example(call) or given.sample(call)


def sampled(call: Reading) -> Any:
    answer = answerer(call.endpoint).sample(call)
    assert answer.source == "sample"
    return answer.value


CAT, DOG = {"id": 1, "name": "Tom"}, {"id": 2, "name": "Rex", "tag": "dog"}


class TestExamples:
    def test_the_first_valid_example_answers(self) -> None:
        given = answer(reading(endpoint(response("200", broken={"id": "x"}, cat=CAT, dog=DOG))))
        assert (given.value, given.source, given.shape.example) == (CAT, "example", "cat")
        assert given.stable

    def test_a_lone_example_answers(self) -> None:
        assert answer(reading(endpoint(response("200", _=CAT)))).value == CAT

    def test_json_text_in_an_example_is_read(self) -> None:
        text = '{"id": 1, "name": "Tom"}'
        assert answer(reading(endpoint(response("200", _=text)))).value == CAT

    def test_text_of_another_syntax_is_sent_as_written(self) -> None:
        xml = "<pet><id>1</id></pet>"
        given = answer(reading(endpoint(response("200", media="application/xml", _=xml))))
        assert (given.value, given.source) == (xml, "example")

    def test_without_a_valid_example_the_answer_is_sampled_around_what_fits(self) -> None:
        of = endpoint(response("200", _={"name": "Tom", "tag": "fish", "more": 1}))
        given = answer(reading(of))
        assert given.source == "sample"
        assert given.value["name"] == "Tom"
        assert Validator(PET, {}).is_valid(given.value)

    def test_an_example_of_a_broken_schema_answers_all_the_same(self) -> None:
        given = answer(reading(endpoint(response("200", {"type": 7}, _=CAT))))
        assert given.value == CAT

    def test_an_example_is_found_by_name_even_if_it_breaks_its_schema(self) -> None:
        of = endpoint(response("200", cat=CAT, odd={"id": "x"}))
        given = answer(reading(of, example="odd"))
        assert (given.value, given.shape.applied) == ({"id": "x"}, "example=odd")

    def test_a_name_is_looked_for_in_other_answers_too(self) -> None:
        of = endpoint(response("404", True, none={"why": "gone"}), response("200", cat=CAT))
        given = answer(reading(of, example="none"))
        assert (given.value, given.shape.status) == ({"why": "gone"}, 404)

    def test_a_name_with_a_code_is_looked_for_there_alone(self) -> None:
        of = endpoint(response("404", True, none={"why": "gone"}), response("200", cat=CAT))
        with pytest.raises(NoAnswer) as caught:
            answer(reading(of, example="none", code=200))
        assert caught.value.asked
        assert caught.value.detail == (
            "The operation declares no example 'none' for status 200; it declares: cat."
        )

    def test_a_name_is_found_in_any_accepted_type(self) -> None:
        both = Response(
            "200",
            {
                JSON: MediaType(JSON, PET, {"cat": CAT}),
                "text/csv": MediaType("text/csv", True, {"rows": "id\n1\n"}),
            },
            {},
        )
        assert answer(reading(endpoint(both), example="rows")).shape.content_type == "text/csv"
        with pytest.raises(NotAcceptable):
            answer(reading(endpoint(both), example="rows", accept=JSON))

    def test_an_unknown_name_is_refused(self) -> None:
        with pytest.raises(NoAnswer, match="declares no example '_'; it declares: cat"):
            answer(reading(endpoint(response("200", cat=CAT)), example="_"))

    def test_an_answer_without_body_has_no_value(self) -> None:
        given = answer(reading(endpoint(Response("204", {}, {}))))
        assert (given.value, given.shape.status, given.shape.media) == (None, 204, None)
        assert answer(reading(endpoint())).shape.status == 200
        given = answer(reading(endpoint(Response("204", {}, {})), dynamic=True))
        assert (given.shape.applied, given.stable) == ("dynamic=false", True)

    def test_an_answer_without_body_accepts_everything(self) -> None:
        assert answer(reading(endpoint(Response("200", {}, {})), accept="x/y")).value is None


class TestPairs:
    BODY = RequestBody(True, {JSON: MediaType(JSON, PET, {"cat": CAT, "dog": DOG})})

    def test_a_request_example_gets_the_response_example_of_its_name(self) -> None:
        of = endpoint(response("200", cat=CAT, dog=DOG), method="POST", body=self.BODY)
        assert answer(reading(of, body=dict(DOG))).value == DOG
        assert answer(reading(of, body={"id": 3, "name": "x"})).value == CAT

    def test_the_pair_may_be_another_status(self) -> None:
        of = endpoint(response("200", cat=CAT), response("409", True, dog="taken"), body=self.BODY)
        assert answer(reading(of, body=DOG)).shape.status == 409
        assert answer(reading(of, body=DOG, code=200)).value == CAT

    def test_the_parameters_that_match_most_decide(self) -> None:
        def parameter(name: str, **examples: Any) -> Parameter:
            return Parameter(name, "query", False, "form", True, True, examples=examples)

        of = endpoint(
            response("200", cat=CAT, dog=DOG),
            parameters=(
                parameter("kind", cat="pet", dog="pet"),
                parameter("id", cat=1, dog=2),
            ),
        )
        assert answer(reading(of, query={"kind": "pet", "id": 2})).value == DOG
        assert answer(reading(of, query={"kind": "pet"})).value == CAT
        assert answer(reading(of, query={"id": 3})).value == CAT

    def test_a_broken_pair_does_not_count(self) -> None:
        of = endpoint(response("200", cat=CAT, dog={"id": "x"}), body=self.BODY)
        assert answer(reading(of, body=DOG)).value == CAT

    def test_a_pair_in_a_type_that_is_not_accepted_does_not_count(self) -> None:
        other = response("409", True, "text/plain", dog="taken")
        of = endpoint(response("200", cat=CAT), other, body=self.BODY)
        assert answer(reading(of, body=DOG, accept=JSON)).value == CAT


class TestSamples:
    def test_a_sample_is_the_same_for_the_same_call(self) -> None:
        of = endpoint(response("200"))
        first, second = (sampled(reading(of, path={"petId": 7})) for _ in range(2))
        assert first == second

    def test_another_id_gets_another_sample(self) -> None:
        of = endpoint(response("200"))
        names = {sampled(reading(of, path={"petId": n}))["name"] for n in range(20)}
        assert len(names) > 1

    def test_dynamic_passes_the_examples_over_and_says_its_seed(self) -> None:
        of = endpoint(response("200", cat=CAT))
        given = answer(reading(of, dynamic=True))
        assert (given.source, given.stable) == ("sample", False)
        assert given.shape.applied.startswith("dynamic=true, seed=")
        seed = int(given.shape.applied.partition("seed=")[2])
        again = answer(reading(of, dynamic=True, seed=seed))
        assert (again.value, again.stable) == (given.value, True)

    def test_dynamic_answers_differ(self) -> None:
        of = endpoint(response("200", {"type": "string", "format": "uuid"}))
        given = answerer(of)
        assert len({given.sample(reading(of, dynamic=True)).value for _ in range(8)}) == 8

    def test_dynamic_without_a_schema_is_the_example(self) -> None:
        given = answer(reading(endpoint(response("200", None, _=CAT)), dynamic=True))
        assert (given.value, given.shape.applied) == (CAT, "dynamic=false")

    def test_static_can_be_asked_for(self) -> None:
        given = answer(reading(endpoint(response("200", cat=CAT)), dynamic=False, code=200))
        assert (given.value, given.shape.applied) == (CAT, "code=200, dynamic=false")

    def test_a_seed_alone_changes_the_sample(self) -> None:
        of = endpoint(response("200", {"type": "string", "format": "uuid"}))
        one, two = answer(reading(of, seed=1)), answer(reading(of, seed=2))
        assert one.value != two.value
        assert (one.shape.applied, one.stable) == ("seed=1", True)

    def test_a_schema_that_nothing_satisfies_is_the_contracts_fault(self) -> None:
        of = endpoint(response("200", {"type": "integer", "minimum": 2, "maximum": 1}))
        with pytest.raises(NoAnswer) as caught:
            answer(reading(of))
        assert not caught.value.asked
        assert "GET /pets/{petId} with status 200 in application/json" in caught.value.detail

    def test_a_body_without_a_schema_is_empty(self) -> None:
        assert answer(reading(endpoint(response("200", None)))).value == {}
        assert answer(reading(endpoint(response("200", None, "text/plain")))).value == ""

    @pytest.mark.parametrize(
        "schema", [{"type": "string", "format": "binary"}, {}, {"type": "string"}, None]
    )
    def test_an_image_is_an_image(self, schema: Any) -> None:
        given = answer(reading(endpoint(response("200", schema, "image/png"))))
        assert given.value.startswith(b"\x89PNG\r\n\x1a\n")

    def test_an_image_in_base64_is_text(self) -> None:
        schema = {"type": "string", "contentEncoding": "base64"}
        given = answer(reading(endpoint(response("200", schema, "image/gif"))))
        assert given.value.startswith("R0lGODlh")


class TestEcho:
    def test_the_id_of_the_path_is_the_id_of_the_answer(self) -> None:
        assert sampled(reading(endpoint(response("200")), path={"petId": 7}))["id"] == 7

    def test_a_sample_of_a_collection_below_an_id_keeps_its_own(self) -> None:
        of = endpoint(response("200"), path="/pets/{petId}/parent")
        assert sampled(reading(of, path={"petId": -7}))["id"] != -7

    def test_what_was_sent_comes_back_where_it_fits(self) -> None:
        of = endpoint(response("201"), method="POST", path="/pets")
        body = {"id": -5, "name": "Rex", "tag": "fish", "more": 1}
        value = sampled(reading(of, body=body))
        assert value["name"] == "Rex"
        assert value["id"] != -5
        assert value["tag"] in ("cat", "dog")
        assert Validator(PET, {}).is_valid(value)

    def test_errors_repeat_nothing(self) -> None:
        of = endpoint(response("200"), response("404"), method="PUT")
        value = sampled(reading(of, path={"petId": -7}, body={"name": "Rex"}, code=404))
        assert value["name"] != "Rex"
        assert value["id"] != -7

    def test_one_call_does_not_change_the_next(self) -> None:
        of = endpoint(response("200"), method="PUT", path="/pet")
        given = answerer(of)
        before = given.sample(reading(of, body={})).value
        given.sample(reading(of, body={"name": "Rex"}))
        assert given.sample(reading(of, body={})).value == before


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_answer_of_real_documents_satisfies_its_schema(name: str) -> None:
    location = CORPUS / name
    if not location.exists():
        pytest.skip("the corpus of real documents is not beside this repository")
    document = OpenApiDocument.load(Spec(location=str(location), name="corpus"))
    sampler = Sampler(document.definitions)
    for route in document.routes:
        of = document.endpoint(route)
        given = Answerer(of, sampler, 42)
        for declared in of.responses:
            code = int(declared.status) if declared.status.isdigit() else None
            for accept in list(declared.content) or [""]:
                call = reading(of, path={"id": 7}, code=code, accept=accept)
                value = given.example(call) or given.sample(call)
                media = value.shape.media
                if media is None or media.schema is None or isinstance(value.value, bytes):
                    continue
                violations = Validator(media.schema, of.definitions).violations(value.value, "body")
                assert violations == (), (of.name, declared.status, value.source)


ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["statusCode", "message", "hint"],
    "properties": {
        "statusCode": {"type": "integer"},
        "message": {"type": "string"},
        "hint": {"type": "string", "example": "Try again"},
        "description": {"type": "string", "example": "There is no such pet"},
    },
}
PETS: dict[str, Any] = {
    "type": "object",
    "required": ["pets", "page", "total"],
    "properties": {
        "pets": {"type": "array", "items": PET, "minItems": 1},
        "page": {"type": "integer"},
        "total": {"type": "integer"},
    },
}


class TestErrorsAndPages:
    def test_a_sampled_error_says_which_one_it_is(self) -> None:
        of = endpoint(response("200"), response("404", ERROR), response("default", ERROR))
        assert sampled(reading(of, code=404)) == {
            "statusCode": 404,
            "message": "Not Found",
            "hint": "Try again",
            "description": "There is no such pet",
        }
        assert sampled(reading(of, code=503))["statusCode"] == 503
        unlike = sampled(reading(of, code=404, dynamic=True, seed=1))
        assert unlike["description"] == "Not Found"

    def test_the_codes_of_an_error_keep_to_their_schema(self) -> None:
        schema = {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"enum": ["A", "B"]}, "message": {"type": "string"}},
        }
        value = sampled(reading(endpoint(response("400", schema)), code=400))
        assert value["code"] in ("A", "B")
        assert value["message"] == "Bad Request"

    def test_a_list_keeps_to_its_query(self) -> None:
        names = ("tag", "page", "limit")
        parameters = tuple(
            Parameter(name, "query", required=False, style="form", explode=True, schema=True)
            for name in names
        )
        of = endpoint(response("200", PETS), path="/pets", parameters=parameters)
        value = sampled(reading(of, query={"tag": "dog", "page": 3, "limit": 1}))
        assert [pet["tag"] for pet in value["pets"]] == ["dog"]
        assert value["page"] == 3
        assert value["total"] >= 3
        assert sampled(reading(of, query={"tag": "mouse"}))["pets"][0]["tag"] in ("cat", "dog")

    def test_a_written_body_is_no_page(self) -> None:
        of = endpoint(response("201", PETS), method="POST", path="/pets")
        assert sampled(reading(of, query={"page": 99}))["page"] < 99
