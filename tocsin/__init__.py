"""Tocsin: errors and alerts in, issues and incidents out, the right person told."""

__version__ = "0.1.0"
