"""How the aspects of a trace look as text."""
