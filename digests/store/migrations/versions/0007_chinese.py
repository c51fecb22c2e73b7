"""Chinese: who wrote a summary and how much of it, faults counted, model servers, money, readers' own terms."""

import sqlalchemy as sa
from alembic import op

from digests.store.tables import UtcDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_row_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('summaries', sa.Column('kind', sa.String(length=8), nullable=False, server_default='full'))
    op.add_column('summaries', sa.Column('readers', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('summaries', sa.Column('written_by', sa.String(length=120), nullable=False, server_default=''))
    op.add_column('summaries', sa.Column('cached_tokens', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('summaries', sa.Column('micros', sa.BigInteger(), nullable=False, server_default='0'))
    op.execute('UPDATE summaries SET written_by = model')
    op.create_table('fault_counts',
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('prompt_version', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('fault', sa.String(length=40), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('counted_on', 'model', 'prompt_version', 'role', 'fault', name=op.f('pk_fault_counts'))
    )
    op.create_table('model_servers',
    sa.Column('endpoint', sa.String(length=300), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('dialect', sa.JSON(), nullable=False),
    sa.Column('paused_until', UtcDateTime(), nullable=True),
    sa.Column('closed_until', UtcDateTime(), nullable=True),
    sa.Column('closed_reason', sa.Text(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('endpoint', 'model', name=op.f('pk_model_servers'))
    )
    op.create_table('spending',
    sa.Column('spent_on', sa.Date(), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('prompt_tokens', sa.BigInteger(), nullable=False),
    sa.Column('cached_tokens', sa.BigInteger(), nullable=False),
    sa.Column('completion_tokens', sa.BigInteger(), nullable=False),
    sa.Column('micros', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('spent_on', 'model', name=op.f('pk_spending'))
    )
    op.create_table('reservations',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('spent_on', sa.Date(), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('micros', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations'))
    )
    op.create_index(op.f('ix_reservations_spent_on'), 'reservations', ['spent_on'])
    op.create_table('reader_terms',
    sa.Column('subscriber_id', _row_id, nullable=False),
    sa.Column('english', sa.String(length=80), nullable=False),
    sa.Column('chinese', sa.String(length=80), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscribers.id'], name=op.f('fk_reader_terms_subscriber_id_subscribers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subscriber_id', 'english', name=op.f('pk_reader_terms'))
    )
