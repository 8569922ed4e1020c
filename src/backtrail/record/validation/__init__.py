"""Values that did not have the shape which the program asked for."""
