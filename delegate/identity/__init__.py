"""Who someone is, and what lets them in: accounts, sign-in, sessions, links."""
