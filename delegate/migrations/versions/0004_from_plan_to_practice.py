"""From plan to practice: moments to check in, one-on-ones, and who could take what.

On SQLite a changed CHECK takes a new table.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

COLUMNS = (
    ("link", "with_names BOOLEAN DEFAULT FALSE NOT NULL"),
    ("manager", "reminds BOOLEAN DEFAULT FALSE NOT NULL"),
    ("manager", "reminded_on DATE"),
    ("team", "country VARCHAR DEFAULT 'NL' NOT NULL CONSTRAINT ck_team_country CHECK (length(country) = 2)"),
)


def keep_kinds(listed: str) -> None:
    """Let an event be of these kinds only."""
    kinds = f"kind IN ({listed})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f('ck_pair_event_kind'), 'pair_event', type_="check")
        op.create_check_constraint(op.f('ck_pair_event_kind'), 'pair_event', kinds)
        return
    sequence = "SELECT seq FROM sqlite_sequence WHERE name = 'pair_event'"
    given_out = op.get_bind().scalar(sa.text(sequence)) or 0
    with op.batch_alter_table(
        'pair_event', recreate='always', table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_constraint(op.f('ck_pair_event_kind'), type_="check")
        batch_op.create_check_constraint(op.f('ck_pair_event_kind'), kinds)
    # The new table begins to count at its own rows: no id may be given out twice.
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'pair_event'")
    op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('pair_event', {given_out})")


def upgrade() -> None:
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('least', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=True),
    sa.Column('facts', sa.String(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=True),
    sa.Column('hours_bound', sa.Double(), nullable=True),
    sa.Column('levels', sa.Integer(), nullable=True),
    sa.Column('levels_bound', sa.Double(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('least BETWEEN 1 AND 7', name=op.f('ck_proposal_least')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_proposal_manager_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_proposal_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal')),
    sa.UniqueConstraint('team_id', 'manager_id', name=op.f('uq_proposal_team_id_manager_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_manager_id'), ['manager_id'], unique=False)

    op.create_table('proposed_person',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('grows', sa.Boolean(), nullable=False),
    sa.Column('is_out', sa.Boolean(), nullable=False),
    sa.Column('hours_free', sa.Double(), nullable=True),
    sa.CheckConstraint('hours_free BETWEEN 0 AND 168', name=op.f('ck_proposed_person_hours_free')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_proposed_person_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposed_person_proposal_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('proposal_id', 'employee_id', name=op.f('pk_proposed_person'))
    )
    with op.batch_alter_table('proposed_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposed_person_employee_id'), ['employee_id'], unique=False)

    op.create_table('proposed_task',
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('stays', sa.Boolean(), nullable=False),
    sa.Column('fixed_id', sa.Integer(), nullable=True),
    sa.Column('employee_id', sa.Integer(), nullable=True),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('provisional', sa.Boolean(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=True),
    sa.CheckConstraint('hours BETWEEN 0 AND 168', name=op.f('ck_proposed_task_hours')),
    sa.CheckConstraint('level BETWEEN 1 AND 7', name=op.f('ck_proposed_task_level')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_proposed_task_employee_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['fixed_id'], ['employee.id'], name=op.f('fk_proposed_task_fixed_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_proposed_task_proposal_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_proposed_task_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('proposal_id', 'task_id', name=op.f('pk_proposed_task'))
    )
    with op.batch_alter_table('proposed_task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposed_task_employee_id'), ['employee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposed_task_fixed_id'), ['fixed_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposed_task_task_id'), ['task_id'], unique=False)

    op.create_table('talk',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('held_at', sa.DateTime(), nullable=False),
    sa.Column('held_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['held_by_id'], ['manager.id'], name=op.f('fk_talk_held_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_talk_team_id_employee_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk')),
    sa.UniqueConstraint('employee_id', 'number', name=op.f('uq_talk_employee_id_number')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)

    op.create_table('talk_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.Column('doer', sa.String(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sa.DateTime(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("doer IN ('manager', 'employee')", name=op.f('ck_talk_item_doer')),
    sa.CheckConstraint("kind = 'action' OR (doer IS NULL AND due_on IS NULL)", name=op.f('ck_talk_item_doer_if_action')),
    sa.CheckConstraint("kind IN ('question', 'note', 'action')", name=op.f('ck_talk_item_kind')),
    sa.CheckConstraint('length(trim(text)) > 0 AND length(text) <= 10000', name=op.f('ck_talk_item_text')),
    sa.ForeignKeyConstraint(['created_by_id'], ['manager.id'], name=op.f('fk_talk_item_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_talk_item_team_id_employee_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_talk_item')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('talk_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_talk_item_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)

    op.create_table('check_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kept_at', sa.DateTime(), nullable=True),
    sa.Column('seen', sa.String(), nullable=False),
    sa.Column('criterion', sa.String(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help', 'familiarity')", name=op.f('ck_check_in_criterion')),
    sa.CheckConstraint('kept_at IS NOT NULL OR (length(seen) = 0 AND criterion IS NULL)', name=op.f('ck_check_in_seen_if_kept')),
    sa.CheckConstraint('length(seen) <= 500', name=op.f('ck_check_in_seen')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_check_in_agreement_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['manager.id'], name=op.f('fk_check_in_created_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_in')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_check_in_agreement_id'), ['agreement_id'], unique=False)

    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.add_column('agreement', sa.Column('changed_at', sa.DateTime(), nullable=True))
    keep_kinds("'now', 'drafted', 'level', 'agreed', 'looked_back', 'taken_back', 'ended', 'safeguard', 'no_safeguard', 'changed'")
    op.create_index('ix_pair_event_team_id_at', 'pair_event', ['team_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_pair_event_team_id_at', 'pair_event')
    op.execute("DELETE FROM pair_event WHERE kind = 'changed'")
    keep_kinds("'now', 'drafted', 'level', 'agreed', 'looked_back', 'taken_back', 'ended', 'safeguard', 'no_safeguard'")
    op.drop_column('agreement', 'changed_at')
    for table, column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_check_in_agreement_id'))

    op.drop_table('check_in')
    with op.batch_alter_table('talk_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_talk_item_team_id_employee_id'))

    op.drop_table('talk_item')
    with op.batch_alter_table('talk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_talk_team_id_employee_id'))

    op.drop_table('talk')
    with op.batch_alter_table('proposed_task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposed_task_task_id'))
        batch_op.drop_index(batch_op.f('ix_proposed_task_fixed_id'))
        batch_op.drop_index(batch_op.f('ix_proposed_task_employee_id'))

    op.drop_table('proposed_task')
    with op.batch_alter_table('proposed_person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposed_person_employee_id'))

    op.drop_table('proposed_person')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proposal_manager_id'))

    op.drop_table('proposal')
