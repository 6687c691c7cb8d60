"""GraphQL over WebSockets: the two subprotocols in use."""
