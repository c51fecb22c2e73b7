"""How an edition of what the community reads looks in each format."""
