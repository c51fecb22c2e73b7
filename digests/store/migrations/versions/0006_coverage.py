"""Coverage: stages of a day, batches to catch up with, late papers, updates, what the community reads, alerts."""

import sqlalchemy as sa
from alembic import op

from digests.store.tables import UtcDateTime

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    # What takes long comes first: from its change on, a table is closed to others until the end.
    op.create_index(op.f('ix_announcements_stored_at'), 'announcements', ['stored_at'])
    op.create_index(op.f('ix_deliveries_planned_at'), 'deliveries', ['planned_at'])
    op.add_column('batches', sa.Column('added', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('batches', sa.Column('changed_at', UtcDateTime(), nullable=False, server_default='2000-01-01 00:00:00'))
    op.execute('UPDATE batches SET changed_at = updated_at')
    op.add_column('subscribers', sa.Column('served_at', UtcDateTime(), nullable=True))
    op.add_column('subscribers', sa.Column('began_on', sa.Date(), nullable=True))
    op.add_column('subscribers', sa.Column('wants_crosses', sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column('subscribers', sa.Column('wants_updates', sa.Boolean(), nullable=False, server_default=sa.false()))
    # Whoever was served before had what was stored when their newest digest was composed.
    op.execute(
        'UPDATE subscribers SET served_at = '
        '(SELECT max(composed_at) FROM editions WHERE editions.subscriber_id = subscribers.id)'
    )
    op.add_column('announcements', sa.Column('version', sa.Integer(), nullable=True))
    op.add_column('edition_papers', sa.Column('version', sa.Integer(), nullable=True))
    op.add_column('papers', sa.Column('is_withdrawn', sa.Boolean(), nullable=False, server_default=sa.false()))
    # What is asked for next is worked out again at once. Workers of the version before go on with the defaults: they know
    # pages only.
    op.drop_table('polls')
    op.create_table('polls',
    sa.Column('stage', sa.String(length=16), nullable=False, server_default='listing'),
    sa.Column('scope', sa.String(length=200), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('failing_since', UtcDateTime(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False, server_default='0'),
    sa.Column('fault', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('stage', 'scope', name=op.f('pk_polls'))
    )
    op.create_index(op.f('ix_polls_next_at'), 'polls', ['next_at'])
    op.create_table('catch_ups',
    sa.Column('scope', sa.String(length=200), nullable=False),
    sa.Column('announced_on', sa.Date(), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('route', sa.String(length=8), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('fault', sa.Text(), nullable=False),
    sa.Column('closed_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('scope', 'announced_on', name=op.f('pk_catch_ups'))
    )
    op.create_index(op.f('ix_catch_ups_closed_at'), 'catch_ups', ['closed_at'])
    op.create_table('trending',
    sa.Column('subscriber_id', _row_id, nullable=False),
    sa.Column('period', sa.String(length=8), nullable=False),
    sa.Column('min_upvotes', sa.Integer(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('next_due', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscribers.id'], name=op.f('fk_trending_subscriber_id_subscribers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscriber_id', 'period', name=op.f('pk_trending'))
    )
    op.create_index(op.f('ix_trending_next_due'), 'trending', ['next_due'])
    op.create_table('alerts',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('raised_at', UtcDateTime(), nullable=False),
    sa.Column('told_at', UtcDateTime(), nullable=True),
    sa.Column('cleared_at', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_alerts'))
    )
