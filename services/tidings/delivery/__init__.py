"""The outbox: sending, backing off, giving up."""
