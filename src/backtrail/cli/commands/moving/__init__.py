"""The command that takes a store from one engine to another."""
