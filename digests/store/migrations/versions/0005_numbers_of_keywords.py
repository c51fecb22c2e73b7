"""A keyword's number is on the buttons below /list: SQLite never gives it to another keyword."""

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != 'sqlite':
        return
    # SQLite cannot alter a table so: the rows are copied to a new one. Nothing refers to them.
    with op.batch_alter_table('subscriptions', recreate='always', table_kwargs={'sqlite_autoincrement': True}):
        pass
