"""The HTTP shell: what this is, whether it is alive, and leaving with one click."""
