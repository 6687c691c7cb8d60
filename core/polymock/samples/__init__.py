"""The sampler: (JSON Schema 2020-12, seed) -> value, pure and always the same.

`sampler` is the way in. A sample goes from `plan` (nodes and their options) through `merge` (the
cases that the choices of a schema leave) to a recipe for one type: `values`, `numbers`, `strings`
(with `patterns`, `formats`), `arrays`, `objects`. Realistic values come from a property's name
(`names` -> `kinds`) or from `x-faker` (`faker_names`), drawn from `seeds`.
"""

from polymock.samples.faker_names import unknown_faker_names
from polymock.samples.sampler import Sampler

__all__ = ["Sampler", "unknown_faker_names"]
