"""GraphQL over WebSockets: the two subprotocols in use.

`transport` is graphql-transport-ws, `legacy` the older graphql-ws. Both run their `operations` as
calls of their own, and tell what comes of each.
"""
