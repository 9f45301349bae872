"""Which meetings take place, and when: a problem in, a plan with its proof out. Knows no database and no event."""
