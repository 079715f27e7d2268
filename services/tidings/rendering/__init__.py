"""Templates to mail and pages."""
