"""A faithful local RePORTER, for the demo, for tests and for replays."""
