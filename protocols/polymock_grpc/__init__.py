"""gRPC for Polymock: mocks from .proto files, folders of them, and descriptor sets.

`plugin` is the entry point. `contract` holds the engine's steps, each done elsewhere:

    document -> `spec`      -> descriptors, methods with their HTTP rules, types as JSON Schema
    call     -> `wires`     -> a method and its messages: native, Connect, gRPC-Web or REST
    messages -> `answering` -> messages: samples with what the request says, or a status
    messages -> `wires`     -> reply

`listeners` bring native gRPC on a port of its own, for all gRPC mocks together. `transcription`
shows bodies to the journal. `model` is what the parts hand to one another, `settings` a mock's
`options`.
"""
