"""The route problem of a day, its solver and an independent checker.

Pure: no database, no web, no clock; the seed and the stopping rule are arguments.
"""
