"""Where Alembic looks first: our metadata, on the connection and in the transaction that `running` opened."""

from alembic import context
from sqlmodel import SQLModel

import frontend.registry  # noqa: F401 - imports every slice, so that the metadata is complete

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    compare_type=True,
    # Alembic believes that SQLite cannot roll DDL back. It can, once the driver leaves transactions alone.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
