"""Tidings watches NIH RePORTER and tells people what changed."""

__version__ = "0.1.0"
