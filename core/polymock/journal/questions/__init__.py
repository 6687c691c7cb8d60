"""Answers about exchanges: whether something was called, what missed and why, what differs."""
