"""How the journal of one machine comes to the server of another."""
