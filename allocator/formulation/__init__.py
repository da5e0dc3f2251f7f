"""The case as index frames, one file per constraint family, one sparse labelled programme."""
