"""What it says, in the reader's language: one model call a paper, checked, for everyone."""
