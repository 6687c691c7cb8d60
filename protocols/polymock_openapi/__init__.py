"""OpenAPI for Polymock: REST mocks from OpenAPI 3.x and Swagger 2.0 documents.

`plugin` is the entry point. `contract` holds the engine's steps, each done elsewhere:

    document -> `spec`      -> endpoints, their types as JSON Schema
    call     -> `read`      -> a reading: parameters, body, credentials, preferences (`reading`)
    reading  -> `world`     -> an answer that shows or changes entities, where it is about some
    reading  -> `answering` -> else an answer: a declared example, or a sample
    answer   -> `write`     -> reply; refusals are `answering`'s too

`xml` writes and reads values as XML. `model` is what the parts hand to one another.
"""
