"""Templates in the language of Go's text/template, read and run in Python within bounds.

`lexer` cuts a text into tokens, `parser` makes `nodes` of them, `evaluator` runs these over data
with a table of functions, `escaping` keeps values harmless inside HTML.
"""
