"""GraphQL for Polymock: mocks from SDL documents and introspection results.

`plugin` is the entry point. `contract` holds the engine's steps, each done elsewhere:

    document -> `spec`     -> a schema that can be executed, and its types as JSON Schema
    call     -> `read`     -> tasks: requests, their documents checked and planned (`reading`)
    task     -> `planning` -> results: an operation compiled once, run with many variables
    results  -> `write`    -> reply: JSON, event streams, parts of a body, refusals (`writing`)

`conversing` talks over WebSockets and hands each operation on as a call; `graphiql` is the page
that browsers get. `model` is what the parts hand to one another, `settings` a mock's `options`.
"""
