"""Calls of models, known by what is asked and where, and put together from what was answered."""
