"""An index of the words in all events, in a file of its own that can be deleted at any time."""
