"""Mailboxes that returned mail arrives in."""
