"""What was announced before, searchable: what a keyword would have brought, and what to type instead."""
