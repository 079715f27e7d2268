"""Pages that editors publish, watchlists, API tokens, papers and trials."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text

import tidings.db.types
from sqlalchemy.dialects import postgresql

revision = '2f6b8d0c7a91'
down_revision = '9c4f7a2d6e18'
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=Text()), 'postgresql')
MOMENT = tidings.db.types.UtcDateTime(timezone=True)
TEXT = sqlmodel.sql.sqltypes.AutoString()

CADENCES = ('immediate', 'daily', 'weekly', 'monthly', 'paused')
REASONS = ('unsubscribed', 'one_click', 'cadence_changed', 'bounced', 'complained', 'by_operator')
MORE_REASONS = (*REASONS, 'list_changed')
PURPOSES = ('weekly', 'probe', 'followed', 'reconcile', 'backfill', 'release')
MORE_PURPOSES = (*PURPOSES, 'papers')
STATES = ('wanted', 'draft', 'published', 'replaced', 'rejected', 'failed')
VERDICTS = ('pending', 'accepted', 'edited', 'rejected')
ENDING = ('subscriber', 'follow', 'saved_search')
"""Tables that say why a subscription ended."""


def allow(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    allowed = sa.column(column).in_(values)
    name = f'ck_{table}_{name}'
    if op.get_context().dialect.name == 'postgresql':
        op.drop_constraint(op.f(name), table, type_='check')
        op.create_check_constraint(op.f(name), table, allowed)
        return
    # SQLite makes the table anew, and its old check stays behind by itself. A reader's number is
    # from now on given once.
    once = {'sqlite_autoincrement': True} if table == 'subscriber' and values == MORE_REASONS else {}
    with op.batch_alter_table(table, recreate='always', table_kwargs=once) as batch_op:
        batch_op.create_check_constraint(op.f(name), allowed)


def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table('editor',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=True),
    sa.Column('role', TEXT, nullable=False),
    sa.Column('granted_by', TEXT, nullable=False),
    sa.Column('granted_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_editor_subscriber_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_editor')),
    )
    op.create_index(op.f('ix_editor_subscriber_id'), 'editor', ['subscriber_id'])
    live = {'sqlite_where': sa.text('ended_at IS NULL'), 'postgresql_where': sa.text('ended_at IS NULL')}
    op.create_index('uq_editor_live', 'editor', ['subscriber_id'], unique=True, **live)
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', TEXT, nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('name', TEXT, nullable=False),
    sa.Column('scopes', JSON, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=True),
    sa.Column('last_used_at', MOMENT, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_api_token_subscriber_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash')),
    )
    op.create_index(op.f('ix_api_token_subscriber_id'), 'api_token', ['subscriber_id'])
    op.create_table('paper',
    sa.Column('pmid', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('title', TEXT, nullable=False),
    sa.Column('journal', TEXT, nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('pmid', name=op.f('pk_paper')),
    )
    op.create_table('trial',
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('nct_id', TEXT, nullable=False),
    sa.Column('title', TEXT, nullable=False),
    sa.Column('status', TEXT, nullable=False),
    sa.Column('as_of_on', sa.Date(), nullable=True),
    sa.Column('first_seen_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_trial_project_id')),
    sa.PrimaryKeyConstraint('project_id', 'nct_id', name=op.f('pk_trial')),
    )
    op.create_table('page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('language', TEXT, nullable=False),
    sa.Column('published_no', sa.Integer(), nullable=True),
    sa.Column('stale_at', MOMENT, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_page_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page')),
    sa.UniqueConstraint('project_id', 'language', name=op.f('uq_page_project_id_language')),
    )
    op.create_index(op.f('ix_page_project_id'), 'page', ['project_id'])
    op.create_index(op.f('ix_page_stale_at'), 'page', ['stale_at'])
    op.create_table('page_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', one_of('versionstate', STATES), nullable=False),
    sa.Column('origin', one_of('origin', ('model', 'editor')), nullable=False),
    sa.Column('model', TEXT, nullable=False),
    sa.Column('prompt', TEXT, nullable=False),
    sa.Column('sources', JSON, nullable=False),
    sa.Column('source_hash', TEXT, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('note', TEXT, nullable=False),
    sa.Column('reviewed_by', sa.Integer(), nullable=True),
    sa.Column('reviewer_role', TEXT, nullable=False),
    sa.Column('reviewed_at', MOMENT, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], name=op.f('fk_page_version_page_id')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['editor.id'], name=op.f('fk_page_version_reviewed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_version')),
    sa.UniqueConstraint('page_id', 'number', name=op.f('uq_page_version_page_id_number')),
    )
    for column in ('page_id', 'state', 'model', 'source_hash'):
        op.create_index(op.f(f'ix_page_version_{column}'), 'page_version', [column])
    op.create_table('page_sentence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('section', TEXT, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', TEXT, nullable=False),
    sa.Column('spans', JSON, nullable=False),
    sa.Column('grade', sa.Float(), nullable=True),
    sa.Column('verdict', one_of('verdict', VERDICTS), nullable=False),
    sa.Column('stale_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['version_id'], ['page_version.id'], name=op.f('fk_page_sentence_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_sentence')),
    sa.UniqueConstraint('version_id', 'section', 'position', name=op.f('uq_page_sentence_version_id_section_position')),
    )
    op.create_index(op.f('ix_page_sentence_version_id'), 'page_sentence', ['version_id'])
    op.create_table('hidden_model',
    sa.Column('model', TEXT, nullable=False),
    sa.Column('reason', TEXT, nullable=False),
    sa.Column('hidden_by', TEXT, nullable=False),
    sa.Column('hidden_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('model', name=op.f('pk_hidden_model')),
    )
    op.create_table('watchlist',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', TEXT, nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('title', TEXT, nullable=False),
    sa.Column('about', TEXT, nullable=False),
    sa.Column('language', TEXT, nullable=False),
    sa.Column('entries', JSON, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('forked_from', TEXT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_watchlist_subscriber_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watchlist')),
    sa.UniqueConstraint('slug', name=op.f('uq_watchlist_slug')),
    )
    op.create_index(op.f('ix_watchlist_subscriber_id'), 'watchlist', ['subscriber_id'])
    op.create_table('watchlist_follow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('watchlist_id', sa.Integer(), nullable=False),
    sa.Column('cadence', one_of('cadence', CADENCES), nullable=False),
    sa.Column('given', JSON, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.Column('ended_reason', one_of('endedreason', MORE_REASONS), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_watchlist_follow_subscriber_id')),
    sa.ForeignKeyConstraint(['watchlist_id'], ['watchlist.id'], name=op.f('fk_watchlist_follow_watchlist_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watchlist_follow')),
    )
    for column in ('subscriber_id', 'watchlist_id'):
        op.create_index(op.f(f'ix_watchlist_follow_{column}'), 'watchlist_follow', [column])
    op.create_index('uq_watchlist_follow_live', 'watchlist_follow', ['subscriber_id', 'watchlist_id'], unique=True, **live)
    with op.batch_alter_table('project') as batch_op:
        batch_op.add_column(sa.Column('papers_read_at', MOMENT, nullable=True))
        batch_op.create_index(op.f('ix_project_papers_read_at'), ['papers_read_at'])
    for table in ENDING:
        allow(table, 'ended_reason', 'endedreason', MORE_REASONS)
    allow('sweep', 'purpose', 'purpose', MORE_PURPOSES)


def downgrade() -> None:
    op.execute("UPDATE sweep SET purpose = 'followed' WHERE purpose = 'papers'")
    allow('sweep', 'purpose', 'purpose', PURPOSES)
    for table in ENDING:
        op.execute(f"UPDATE {table} SET ended_reason = 'by_operator' WHERE ended_reason = 'list_changed'")
        allow(table, 'ended_reason', 'endedreason', REASONS)
    with op.batch_alter_table('project') as batch_op:
        batch_op.drop_index(op.f('ix_project_papers_read_at'))
        batch_op.drop_column('papers_read_at')
    for table in ('watchlist_follow', 'watchlist', 'hidden_model', 'page_sentence', 'page_version', 'page', 'trial', 'paper', 'api_token', 'editor'):
        op.drop_table(table)
