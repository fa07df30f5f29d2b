"""Revisions of the branch ``oru_espace_pro``."""
