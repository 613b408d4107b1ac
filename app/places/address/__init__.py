"""Addresses as people type them: taken apart, checked against the divisions, made comparable."""
