"""Search over engine data: seed, polish, fewer vehicles, parts; knows nothing of doors or food."""
