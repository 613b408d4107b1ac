"""Travel times, distances and route geometry; the source is on every answer."""
