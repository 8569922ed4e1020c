"""The clients that are watched: what each of them calls what, and where its bytes come by."""
