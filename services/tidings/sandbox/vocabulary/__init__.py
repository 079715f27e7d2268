"""The words of which the invented corpus is made; people and institutions are fictional."""
