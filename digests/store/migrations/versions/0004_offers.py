"""Keywords that were offered, for the buttons that add them."""

import sqlalchemy as sa
from alembic import op

from digests.store.tables import UtcDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('offers',
    sa.Column('id', _row_id, nullable=False),
    sa.Column('subscriber_id', _row_id, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('replaces', sa.Text(), nullable=False),
    sa.Column('offered_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscribers.id'], name=op.f('fk_offers_subscriber_id_subscribers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_offers_subscriber_id'), 'offers', ['subscriber_id'])
