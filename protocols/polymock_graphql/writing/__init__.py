"""From results to the wire: streams and refusals.

`polymock_graphql.write` is the way in, and writes single results itself. `streams` frames results
that follow one another, `increments` puts them into the form that most clients read, `refusals`
answers calls that are not executed.
"""
