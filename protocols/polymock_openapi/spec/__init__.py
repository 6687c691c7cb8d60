"""Documents: from a location to compiled endpoints.

`document` is the way in. It reads through `source`, lists `routes` (with their `servers`), and
compiles one at a time in `endpoints` and `contents`. `schemas` turns every dialect into JSON Schema
2020-12 (`keywords`, `discriminators`), on demand, as `definitions`; `swagger2` turns 2.0 into the
form of 3.x; `problems` is the deep check.
"""
