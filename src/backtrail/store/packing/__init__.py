"""How blocks are made small."""
