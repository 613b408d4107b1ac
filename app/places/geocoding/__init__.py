"""From an address to a point: what we know, what the map knows, what a service says, a person."""
