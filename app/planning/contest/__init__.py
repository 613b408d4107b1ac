"""The planner's engines on the field's public instances, side by side and on one core."""
