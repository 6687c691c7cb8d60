"""Auth strategies: who is calling, told from the credentials in a call."""
