"""Lists of studies and searches that a reader publishes and others follow."""
