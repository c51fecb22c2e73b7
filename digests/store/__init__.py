"""The database: the whole schema in `tables`, connections in `engine`, its history in `migrations`."""
