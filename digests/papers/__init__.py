"""What was announced: wire formats in, one row a paper out."""
