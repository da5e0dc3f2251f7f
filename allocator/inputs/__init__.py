"""Readers, schemas and checks of everything a user hands in."""
