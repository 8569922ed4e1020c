"""Rules about the course of events: what was swallowed, changed, lost, or waited for."""
