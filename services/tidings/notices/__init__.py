"""What is to be told to whom, and in which mail."""
