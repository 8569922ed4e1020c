"""Narrow rows of spans, and what is counted of them: names, models, durations, attributes."""
