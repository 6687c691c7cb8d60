"""Edges: between a wire and the engine.

`http` is the ASGI application: it reads a request (`body`), answers it by a `responder`, which also
records what became of it, and sends the reply. What goes on is a `flow`, sent in parts by
`streaming`; `websocket` holds conversations, `cors` opens answers to browsers. Listeners that
protocols bring reach the same responder by `polymock.wires`. `admin` serves the admin API.
"""
