"""Answers: messages made from their types, with what the request said put in."""
