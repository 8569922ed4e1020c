"""Rules about what came in: values, files, settings, statements, times."""
