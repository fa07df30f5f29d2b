"""Evaluation of named permissions for an identity."""
