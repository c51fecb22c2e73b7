"""A paper as a model may see it: whole, its formulas and links hidden, its terms in our words."""
