"""Authentication: the contract of a mode, attempts, credentials, links to other identities, access policy."""
