"""The planner's engines against the field's public instances, side by side and on one core."""
