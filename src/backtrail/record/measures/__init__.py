"""What operations and processes use: time, CPU, memory, pauses of the garbage collector."""
