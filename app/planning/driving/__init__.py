"""Driving an order of stops: its times, its cost, where one more task fits, what is left over."""
