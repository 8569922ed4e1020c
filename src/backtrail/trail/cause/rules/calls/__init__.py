"""Rules about calls that leave the program: services, models, children."""
