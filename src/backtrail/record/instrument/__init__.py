"""What a program does inside its own code, seen from sites that are put into its modules."""
