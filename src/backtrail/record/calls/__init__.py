"""HTTP requests and what they were answered, seen in the clients that a program uses."""
