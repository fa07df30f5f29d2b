"""Revisions, one folder a branch."""
