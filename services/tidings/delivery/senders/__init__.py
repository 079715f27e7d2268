"""Ways to hand a message to the outside world."""
