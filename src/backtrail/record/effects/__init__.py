"""What a program exchanges with the system it runs on: files, processes, variables, databases."""
