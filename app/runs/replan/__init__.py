"""A day that goes wrong: another rest of the day is worked out, shown, accepted or refused."""
