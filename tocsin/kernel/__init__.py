"""What every layer stands on: clock, ids, failures, the operation table. No product word, no I/O."""
