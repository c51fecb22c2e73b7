"""What the models cost: prices, the budget of a day, and what was spent."""
