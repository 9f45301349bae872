"""Which facts lead to which letters, and to whom; what nobody is written about."""
