"""One reader's digest as data: chosen, ranked, capped, grouped, counted. Pure."""
