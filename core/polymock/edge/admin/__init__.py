"""The control process's port: health, the commands under `/api/v1`, and annexes.

`guard` is the door: `screening` looks at where a request comes from, `callers` at who asks, `rates`
at how often. `port` tells whose path it is. The API is put together by `app`: the commands'
addresses are made of their definitions by `routes`, and told by `openapi` and the page to try them;
`problems` writes refusals.
"""
