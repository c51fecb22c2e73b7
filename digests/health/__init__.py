"""Does everything work, here and outside, and what is to be set where it does not? For `doctor`."""
