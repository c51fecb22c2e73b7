"""What was announced before, searchable: one row for each word of each day."""

import sqlalchemy as sa
from alembic import op

from digests.store.tables import UtcDateTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_bytewise = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table('past_days',
    sa.Column('announced_on', sa.Date(), nullable=False),
    sa.Column('papers', sa.JSON(), nullable=False),
    sa.Column('fingerprint', sa.String(length=120), nullable=False),
    sa.Column('indexed_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('announced_on', name=op.f('pk_past_days'))
    )
    op.create_table('past_words',
    sa.Column('announced_on', sa.Date(), nullable=False),
    sa.Column('region', sa.String(length=8), nullable=False),
    sa.Column('word', _bytewise, nullable=False),
    sa.Column('papers', sa.Integer(), nullable=False),
    sa.Column('forms', sa.JSON(), nullable=False),
    sa.Column('places', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('announced_on', 'region', 'word', name=op.f('pk_past_words')),
    sqlite_with_rowid=False,
    )
    op.create_table('past_beginnings',
    sa.Column('announced_on', sa.Date(), nullable=False),
    sa.Column('beginning', _bytewise, nullable=False),
    sa.Column('word', _bytewise, nullable=False),
    sa.PrimaryKeyConstraint('announced_on', 'beginning', 'word', name=op.f('pk_past_beginnings')),
    sqlite_with_rowid=False,
    )
