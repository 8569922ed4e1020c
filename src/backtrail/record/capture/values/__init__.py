"""What a value is made of: types, descriptions of what is not followed, budgets, messages."""
