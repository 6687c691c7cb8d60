"""The sampler: (JSON Schema 2020-12, seed) -> value, pure and always the same.

`sampler` is the way in. `plan` gives out nodes: sets of schemas that one value has to satisfy.
A `node` asks `merge` for its cases, the ways through `allOf`, `anyOf`, `oneOf`, `if` and `not`
(`negation`), and turns each into a recipe for one type: `values`, `numbers`, `strings` (with
`pattern_text`, `formats`), `arrays`, `objects`. Realistic values come from a property's name
(`names` -> `kinds`, `quantities`) or from `x-faker` (`faker_names`), drawn from `draws` and
`seeds`. `properties` makes one property of an object without the others.
"""

from polymock.samples.faker_names import unknown_faker_names
from polymock.samples.sampler import Sampler

__all__ = ["Sampler", "unknown_faker_names"]
