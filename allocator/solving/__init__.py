"""Searching and proving: the solver boundary, stages, neighbourhoods."""
