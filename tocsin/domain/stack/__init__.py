"""Stacks as text, in the natural form of each language, as what was thrown."""
