"""What an assistant may ask: one module for each tool; none writes, every answer is bounded."""
