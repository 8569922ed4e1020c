"""What an assistant may ask for: each tool reads, none writes, every answer is bounded."""
