"""Answers: messages made from their types, with what the request said put in.

`answers` is the way in: it checks a request (`validation`, of `writes` too, and `wishes`) and lets
the method's plan answer it (`plans`). A plan takes a sample (`samples`, kept as bytes in `bases`;
`packing` chooses what an Any holds) of the thing that the request is about (`identity`), says back
what was said (`echo`, `overlay`), and knows of `pages`, whose items have `keys`, and long-running
`operations`. `errors` makes a status of what went wrong, with `details`.
"""
