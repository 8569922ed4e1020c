"""One bounded page about a failure, for a person or an assistant: the most useful first."""
