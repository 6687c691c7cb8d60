"""What is served, for those who have not read its documents.

`reaching` gathers the schemas that a description refers to, `examples` makes a call from it, and
`calling` makes calls.
"""
