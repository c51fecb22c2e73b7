"""How much of each batch is here, what is missing, and who has to know; above `papers`, which brings it."""
