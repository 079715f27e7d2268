"""What stands in a letter for what only its reader's copy has.

A letter says the same to everyone who gets it, so that it is rendered once. Where a reader's own
token belongs, in the middle of links, it has a slot, and the finished mail is filled in there.
"""

from secrets import token_hex

SLOT = f"slot{token_hex(16)}"
"""Made anew in every process: no record and no reader can know it, and so bring it into a mail."""
