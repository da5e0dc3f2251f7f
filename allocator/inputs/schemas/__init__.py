"""Schemas of scenarios and policy models."""
