"""Revisions of the branch ``esea_auth``."""
