"""Ways to properties, and finding them in messages."""

from hypothesis import given
from hypothesis import strategies as st

from polymock.journal.coverage.ways import ELEMENTS, VALUES, Tree, named, steps, way


def tree(*ways):
    made = Tree()
    for each in ways:
        made.add(each)
    return made


def test_properties_elements_and_values_are_met():
    made = tree("id", "lines", "lines[].sku", "lines[].note", "labels.*.text", "[].id", "[][].x")
    value = {"id": 1, "lines": [{"sku": "a"}], "labels": {"any": {"text": ""}}, "other": 1}
    assert made.met(value) == {"id", "lines", "lines[].sku", "labels.*.text"}
    assert made.met([{"id": 1}, [{"x": 1}]]) == {"[].id", "[][].x"}


def test_a_part_of_its_own_goes_before_the_values_of_a_map():
    made = tree("labels.size", "labels.*.text")
    assert made.met({"labels": {"size": {"text": ""}}}) == {"labels.size"}


def test_other_names_lead_to_the_same_part():
    made = Tree()
    made.add("petId", ["pet_id"])
    made.add("owner.firstName", ["first_name"])
    assert made.met({"pet_id": 1, "owner": {"first_name": ""}}) == {"petId", "owner.firstName"}


def test_names_that_look_like_steps_are_told_apart():
    odd = named("a.b[]")
    made = tree(way((odd, named("*"))), "a.b")
    assert made.met({"a.b[]": {"*": 1}}) == {way((odd, named("*")))}
    assert made.met({"a": {"b": 1}}) == {"a.b"}


def test_a_message_without_end_is_looked_at_to_a_depth():
    value = {}
    for _ in range(2000):
        value = {"inner": value}
    assert tree("inner.inner").met(value) == {"inner.inner"}


@given(st.lists(st.one_of(st.text(min_size=1), st.just(ELEMENTS), st.just(VALUES)), min_size=1))
def test_any_names_can_be_written_and_found_again(names):
    written = [each if each in (ELEMENTS, VALUES) else named(each) for each in names]
    assert steps(way(written)) == written
    value = None
    for name in reversed(names):
        value = [value] if name == ELEMENTS else {"some" if name == VALUES else name: value}
    assert tree(way(written)).met(value) == {way(written)}
