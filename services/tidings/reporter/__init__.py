"""The client of NIH RePORTER: pacing, criteria, records as they come over the wire."""
