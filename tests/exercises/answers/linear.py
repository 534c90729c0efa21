"""Right answers of lesson 01, written otherwise."""
