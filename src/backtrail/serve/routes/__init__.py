"""What the interface under `/api` answers, by what it is about."""
