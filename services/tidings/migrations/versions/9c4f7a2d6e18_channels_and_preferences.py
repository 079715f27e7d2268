"""Kinds of mail, channels and endpoints, preferences, brakes."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text

import tidings.db.types
from sqlalchemy.dialects import postgresql

revision = '9c4f7a2d6e18'
down_revision = '8d2e1b6f4c32'
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=Text()), 'postgresql')
MOMENT = tidings.db.types.UtcDateTime(timezone=True)
TEXT = sqlmodel.sql.sqltypes.AutoString()

KINDS = ('confirm', 'change_alert', 'digest', 'goodbye')
MORE_KINDS = ('confirm', 'welcome', 'change_alert', 'roll_up', 'digest', 'heartbeat', 'goodbye', 'sign_in', 'change_address', 'address_changed', 'endpoint_disabled', 'brake_pulled')
CHANNELS = ('mail',)
MORE_CHANNELS = ('mail', 'webhook', 'chat')
EVENTS = ('accepted', 'deferred', 'failed', 'unknown', 'suppressed', 'replayed', 'released', 'bounced_soft', 'bounced_hard', 'complained')
MORE_EVENTS = (*EVENTS, 'bounced_sender', 'unsubscribed')
PURPOSES = ('confirm',)
MORE_PURPOSES = ('confirm', 'sign_in', 'change_address', 'session')


def allow(table: str, column: str, name: str, values: tuple[str, ...]) -> None:
    allowed = sa.column(column).in_(values)
    name = f'ck_{table}_{name}'
    if op.get_context().dialect.name == 'postgresql':
        op.drop_constraint(op.f(name), table, type_='check')
        op.create_check_constraint(op.f(name), table, allowed)
        return
    # SQLite makes the table anew, and its old check stays behind by itself.
    with op.batch_alter_table(table, recreate='always') as batch_op:
        batch_op.create_check_constraint(op.f(name), allowed)


def upgrade() -> None:
    op.create_table('brake',
    sa.Column('name', TEXT, nullable=False),
    sa.Column('reason', TEXT, nullable=False),
    sa.Column('pulled_by', TEXT, nullable=False),
    sa.Column('pulled_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_brake')),
    )
    op.create_table('endpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subscriber_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('webhook', 'chat', name='endpointkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('label', TEXT, nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', MOMENT, nullable=True),
    sa.Column('disabled_at', MOMENT, nullable=True),
    sa.Column('disabled_reason', TEXT, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_endpoint_subscriber_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endpoint')),
    )
    op.create_index(op.f('ix_endpoint_subscriber_id'), 'endpoint', ['subscriber_id'])
    with op.batch_alter_table('delivery') as batch_op:
        batch_op.add_column(sa.Column('address', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('endpoint_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('notice_id', sa.Integer(), nullable=True))
        batch_op.create_index(op.f('ix_delivery_notice_id'), ['notice_id'])
        batch_op.create_index(op.f('ix_delivery_sent_at'), ['sent_at'])
        batch_op.create_foreign_key(op.f('fk_delivery_endpoint_id'), 'endpoint', ['endpoint_id'], ['id'])
    with op.batch_alter_table('suppression') as batch_op:
        batch_op.add_column(sa.Column('until', MOMENT, nullable=True))
        batch_op.create_index(op.f('ix_suppression_until'), ['until'])
    op.execute("UPDATE suppression SET reason = 'hard' WHERE reason LIKE 'it bounced%'")  # a sentence until now
    op.create_index('ix_delivery_event_kind_at', 'delivery_event', ['kind', 'at'])
    with op.batch_alter_table('notice') as batch_op:
        batch_op.add_column(sa.Column('calls_waiting', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('ix_notice_calls_waiting', 'notice', ['id'], sqlite_where=sa.text('calls_waiting = 1'), postgresql_where=sa.text('calls_waiting'))
    with op.batch_alter_table('subscriber') as batch_op:
        batch_op.add_column(sa.Column('quiet_from', sa.Integer(), nullable=False, server_default='21'))
        batch_op.add_column(sa.Column('quiet_until', sa.Integer(), nullable=False, server_default='7'))
        batch_op.add_column(sa.Column('heartbeat', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('names_searches', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('calendar_hash', TEXT, nullable=True))
        batch_op.create_unique_constraint(op.f('uq_subscriber_calendar_hash'), ['calendar_hash'])
    with op.batch_alter_table('sweep') as batch_op:
        batch_op.add_column(sa.Column('ledger_no', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(op.f('uq_sweep_ledger_no'), ['ledger_no'])
    op.execute("UPDATE sweep SET ledger_no = id WHERE state <> 'running'")
    for table in ('follow', 'saved_search'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column('cadence_by_kind', JSON, nullable=False, server_default='{}'))
            batch_op.add_column(sa.Column('threshold', JSON, nullable=False, server_default='{}'))
    with op.batch_alter_table('saved_search') as batch_op:
        batch_op.add_column(sa.Column('feed_hash', TEXT, nullable=True))
        batch_op.create_unique_constraint(op.f('uq_saved_search_feed_hash'), ['feed_hash'])
    with op.batch_alter_table('token') as batch_op:
        batch_op.add_column(sa.Column('address', sa.LargeBinary(), nullable=True))
    allow('delivery', 'kind', 'deliverykind', MORE_KINDS)
    allow('delivery', 'channel', 'channel', MORE_CHANNELS)
    allow('token', 'purpose', 'tokenpurpose', MORE_PURPOSES)
    allow('delivery_event', 'kind', 'deliveryeventkind', MORE_EVENTS)


def downgrade() -> None:
    op.execute(f"DELETE FROM token WHERE purpose NOT IN {PURPOSES + ('',)}")
    kinds = ', '.join(f"'{kind}'" for kind in KINDS)
    old = f"kind NOT IN ({kinds}) OR channel <> 'mail'"
    op.execute(f'UPDATE notice SET delivery_id = NULL WHERE delivery_id IN (SELECT id FROM delivery WHERE {old})')
    op.execute(f'UPDATE digest_run SET delivery_id = NULL WHERE delivery_id IN (SELECT id FROM delivery WHERE {old})')
    op.execute(f'DELETE FROM delivery_event WHERE delivery_id IN (SELECT id FROM delivery WHERE {old})')
    op.execute(f'DELETE FROM delivery WHERE {old}')
    op.execute("DELETE FROM delivery_event WHERE kind IN ('bounced_sender', 'unsubscribed')")
    allow('delivery_event', 'kind', 'deliveryeventkind', EVENTS)
    allow('token', 'purpose', 'tokenpurpose', PURPOSES)
    allow('delivery', 'channel', 'channel', CHANNELS)
    allow('delivery', 'kind', 'deliverykind', KINDS)
    with op.batch_alter_table('token') as batch_op:
        batch_op.drop_column('address')
    with op.batch_alter_table('saved_search') as batch_op:
        batch_op.drop_constraint(op.f('uq_saved_search_feed_hash'), type_='unique')
        batch_op.drop_column('feed_hash')
    for table in ('saved_search', 'follow'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column('threshold')
            batch_op.drop_column('cadence_by_kind')
    with op.batch_alter_table('sweep') as batch_op:
        batch_op.drop_constraint(op.f('uq_sweep_ledger_no'), type_='unique')
        batch_op.drop_column('ledger_no')
    with op.batch_alter_table('subscriber') as batch_op:
        batch_op.drop_constraint(op.f('uq_subscriber_calendar_hash'), type_='unique')
        batch_op.drop_column('calendar_hash')
        for column in ('names_searches', 'heartbeat', 'quiet_until', 'quiet_from'):
            batch_op.drop_column(column)
    op.drop_index('ix_notice_calls_waiting', 'notice')
    with op.batch_alter_table('notice') as batch_op:
        batch_op.drop_column('calls_waiting')
    with op.batch_alter_table('suppression') as batch_op:
        batch_op.drop_index(op.f('ix_suppression_until'))
        batch_op.drop_column('until')
    op.drop_index('ix_delivery_event_kind_at', 'delivery_event')
    with op.batch_alter_table('delivery') as batch_op:
        batch_op.drop_constraint(op.f('fk_delivery_endpoint_id'), type_='foreignkey')
        batch_op.drop_index(op.f('ix_delivery_sent_at'))
        batch_op.drop_index(op.f('ix_delivery_notice_id'))
        for column in ('notice_id', 'endpoint_id', 'address'):
            batch_op.drop_column(column)
    op.drop_table('endpoint')
    op.drop_table('brake')
