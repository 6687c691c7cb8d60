"""Use cases by noun, each defined once: structs in, structs out, whoever asks for them."""
