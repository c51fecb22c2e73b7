"""Who asked for it: the keyword language, its matcher and its reasons."""
