"""Saved searches: grammar, canonical form, matching, explanation."""
