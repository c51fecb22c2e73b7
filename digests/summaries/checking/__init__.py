"""Is the translation what the paper says? Repairs and checks without a model, and alignment."""
