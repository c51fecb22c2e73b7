"""How a digest looks in each format. Escaping happens here, once, and nowhere else."""
