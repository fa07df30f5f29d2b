"""Revisions of the branch ``esea_foundation``."""
