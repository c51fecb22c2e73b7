"""The Celery shell. A task is a wake-up signal: ids in, one call, errors translated. The database is the record."""
