"""What mail providers tell of mail that they carried for us, each proved and in one shape."""
