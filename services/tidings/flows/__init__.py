"""One verb a file, each safe to call twice: load, decide, write, commit."""
