"""`make bench`: what the product does a second, beside a floor measured in the same run."""
