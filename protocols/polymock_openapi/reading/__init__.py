"""From the wire to values: parameters, bodies, credentials, preferences.

`polymock_openapi.read` is the way in. `parameters` and `bodies` take a call apart by `styles`,
`pairs`, `forms` and `encodings`; `fields` and `coercion` make values of the schema's types;
`security` and `preferences` read what a call says of itself.
"""
