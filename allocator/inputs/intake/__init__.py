"""The counties' tables: a template to fill in, and the collector that merges what comes back."""
