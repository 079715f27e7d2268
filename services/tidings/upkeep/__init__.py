"""Leases, ticks, heartbeats: what keeps the system running."""
