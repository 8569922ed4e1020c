"""What a secret is: by its name, by its looks, by standing behind a name, by being a copy."""
