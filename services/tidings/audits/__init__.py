"""Audits: proofs, made by other ways than the work itself, that nothing was missed."""
