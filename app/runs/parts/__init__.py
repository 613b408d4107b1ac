"""Large days in parts, solved by as many workers as there are."""
