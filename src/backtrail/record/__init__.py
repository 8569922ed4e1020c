"""What runs inside the traced program: standard library and msgspec only."""
