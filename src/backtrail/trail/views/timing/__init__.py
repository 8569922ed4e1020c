"""What a view of time is made of: durations, self time, calls, the critical path, bars."""
