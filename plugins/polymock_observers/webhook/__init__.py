"""Webhooks: events sent as signed POSTs, tried again, and kept where they could not be delivered.

`plugin` is the observer, `settings` what the config says of it, `signature` signs as Standard
Webhooks says, `messages` are what is sent, `dead_letters` what could not be.
"""
