"""What is said to a model and how: the questions, one server after its own manner, its answer read."""
