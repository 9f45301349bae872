"""Who may do what, in every state: the lists behind docs/permissions.md and docs/routes.md."""
