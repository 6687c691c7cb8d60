"""From the wire to tasks: media types, parameters, documents, their limits."""
