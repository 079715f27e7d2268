"""Plays a recorded history of RePORTER through the whole pipeline, on a simulated clock."""
