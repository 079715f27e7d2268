"""What a study page says."""
