"""What RePORTER says: canonical form, differences, their meaning, their storage."""
