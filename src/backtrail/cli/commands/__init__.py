"""The commands, a module each; loaded only when they are asked for."""
