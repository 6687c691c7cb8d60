"""From the wire to tasks: media types, parameters, documents and their limits.

`polymock_graphql.read` is the way in. `media_types` and `negotiation` say what a call brings and
takes; `parameters` and `forms` (uploads) read its requests, `persisted` finds documents by their
hash; `documents` parses, measures (`guards`), validates and plans each document once. `preferences`
are what a caller asks of the answer, `errors` what is wrong with a request, in the words of
GraphQL clients.
"""
