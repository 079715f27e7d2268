"""Words of awards, in an index.

The awards that are there already are indexed as sweeps go on, see flows.index_words.
"""

import sqlalchemy as sa
from alembic import op

from tidings.db.word_index import create_word_index, drop_word_index

revision = '8d2e1b6f4c32'
down_revision = '7c1d0a5e3b21'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('award_words',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('appl_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['appl_id'], ['award.appl_id'], name=op.f('fk_award_words_appl_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_words')),
    )
    create_word_index(None, op.get_bind())
    op.add_column('award', sa.Column('is_indexed', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('ix_award_unindexed', 'award', ['appl_id'], sqlite_where=sa.text('is_indexed = 0'), postgresql_where=sa.text('NOT is_indexed'))


def downgrade() -> None:
    op.drop_index('ix_award_unindexed', table_name='award')
    op.drop_column('award', 'is_indexed')
    drop_word_index(op.get_bind())
    op.drop_table('award_words')
