"""The config: what people write in polymock.yaml, and how it becomes structs.

`loading` is the way in; `files` finds and parses the file, `settings` fits what it says to the
structs, `units` reads sizes and times, `certificates` are the files of `server.tls`.
"""
