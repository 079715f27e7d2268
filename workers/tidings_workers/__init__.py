"""Celery workers and the scheduler of Tidings: how and when the flows run."""
