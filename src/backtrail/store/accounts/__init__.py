"""Who may use a server: users, keys, invitations, sessions, projects, and what was done with them.

They are in a file of their own, `accounts.db`, so that the catalogue can be dropped without them.
"""
