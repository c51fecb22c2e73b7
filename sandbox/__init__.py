"""Stand-ins for the outside world that speak its protocols, bound to 127.0.0.1 (invariant 8)."""
