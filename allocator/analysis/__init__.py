"""Scenario analysis: overrides, sweeps, comparison."""
