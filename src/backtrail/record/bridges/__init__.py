"""What the program tells other libraries, recorded too: each bridge is optional."""
