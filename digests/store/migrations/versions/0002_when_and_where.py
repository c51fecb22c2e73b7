"""When a digest is due and where it goes: schedules, codes for mail addresses, polls, Hugging Face's daily papers."""

import sqlalchemy as sa
from alembic import op

from digests.store.tables import UtcDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('subscribers', sa.Column('weekdays', sa.JSON(), nullable=True))
    op.add_column('subscribers', sa.Column('served_on', sa.Date(), nullable=True))
    op.add_column('subscribers', sa.Column('next_due', UtcDateTime(), nullable=True))
    op.create_index(
        op.f('ix_subscribers_next_due'), 'subscribers', ['next_due'],
        sqlite_where=sa.text('paused_at IS NULL'), postgresql_where=sa.text('paused_at IS NULL'),
    )
    # Who was served before there were schedules has had the newest batch of their editions.
    op.execute(
        'UPDATE subscribers SET served_on = '
        "(SELECT max(announced_on) FROM editions WHERE editions.subscriber_id = subscribers.id "
        "AND slot NOT LIKE 'sandbox:%')"
    )
    op.add_column('targets', sa.Column('muted_at', UtcDateTime(), nullable=True))
    op.create_table('confirmations',
    sa.Column('id', _row_id, nullable=False),
    sa.Column('subscriber_id', _row_id, nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('not_before', UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscribers.id'], name=op.f('fk_confirmations_subscriber_id_subscribers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmations'))
    )
    op.create_index(op.f('ix_confirmations_subscriber_id'), 'confirmations', ['subscriber_id'])
    op.create_index(op.f('ix_confirmations_address'), 'confirmations', ['address'])
    op.create_index(op.f('ix_confirmations_state_not_before'), 'confirmations', ['state', 'not_before'])
    op.create_table('polls',
    sa.Column('scope', sa.String(length=200), nullable=False),
    sa.Column('next_at', UtcDateTime(), nullable=False),
    sa.Column('failing_since', UtcDateTime(), nullable=True),
    sa.Column('fault', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('scope', name=op.f('pk_polls'))
    )
    op.create_index(op.f('ix_polls_next_at'), 'polls', ['next_at'])
    op.create_table('daily_papers',
    sa.Column('paper_id', sa.String(length=40), nullable=False),
    sa.Column('listed_on', sa.Date(), nullable=False),
    sa.Column('upvotes', sa.Integer(), nullable=False),
    sa.Column('comments', sa.Integer(), nullable=False),
    sa.Column('github_repo', sa.Text(), nullable=False),
    sa.Column('github_stars', sa.Integer(), nullable=True),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['papers.id'], name=op.f('fk_daily_papers_paper_id_papers')),
    sa.PrimaryKeyConstraint('paper_id', 'listed_on', name=op.f('pk_daily_papers'))
    )
    op.create_index(op.f('ix_daily_papers_listed_on'), 'daily_papers', ['listed_on'])
    op.create_table('heartbeats',
    sa.Column('process', sa.String(length=40), nullable=False),
    sa.Column('beat_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('process', name=op.f('pk_heartbeats'))
    )
