"""Static and run time held together: the same examples are run on PostgreSQL and linted."""
