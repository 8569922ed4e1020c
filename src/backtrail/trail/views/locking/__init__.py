"""What a view of locks is made of: the orders they are taken in, and counts of their uses."""
