"""From results to the wire: JSON, event streams, multipart parts, refusals."""
