"""Harbour Coffee, the company that lives in `tocsin demo`.

What happened there (`story.py`) is told on a clock of its own, through the doors and operations that
everybody uses; then the server goes on as any other, and things keep happening.
"""
