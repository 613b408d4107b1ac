"""The day in an engine's words, and its answers as plans."""
