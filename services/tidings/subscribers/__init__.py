"""Who reads: addresses, consent, follows, digest times."""
