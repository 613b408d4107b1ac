"""Large days in parts: cut along the city, solved side by side, joined, the borders solved again."""
