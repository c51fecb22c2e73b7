"""Who the readers are and what they want: the use cases of bot and command line."""
