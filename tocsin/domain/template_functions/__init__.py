"""What templates may call beside Go's own functions: the widespread ones of sprig.

Left out is whatever reads the environment or the network, draws lots or makes keys. Text is counted
in characters, not bytes. `library` has the whole table.
"""
