"""What is asked of arXiv and Hugging Face, in which order and until when; one lane for the whole installation."""
