"""The site, by audience."""
