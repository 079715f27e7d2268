"""Conditions and their names; searches as trees."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text

import tidings.db.types
from sqlalchemy.dialects import postgresql

revision = '7c1d0a5e3b21'
down_revision = '1b5a52b754bc'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')


def upgrade() -> None:
    op.create_table('condition',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('words', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_condition')),
    sa.UniqueConstraint('words', name=op.f('uq_condition_words')),
    )
    op.create_table('condition_name',
    sa.Column('condition_id', sa.Integer(), nullable=False),
    sa.Column('words', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['condition_id'], ['condition.id'], name=op.f('fk_condition_name_condition_id_condition')),
    sa.PrimaryKeyConstraint('condition_id', 'words', name=op.f('pk_condition_name')),
    )
    op.create_index(op.f('ix_condition_name_words'), 'condition_name', ['words'])
    op.add_column('search', sa.Column('tree', JSON, nullable=True))
    with op.batch_alter_table('search') as batch_op:
        batch_op.drop_column('last_matched_at')


def downgrade() -> None:
    op.add_column('search', sa.Column('last_matched_at', tidings.db.types.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table('search') as batch_op:
        batch_op.drop_column('tree')
    op.drop_table('condition_name')
    op.drop_table('condition')
