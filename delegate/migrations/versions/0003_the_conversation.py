"""The conversation: own views, steps, conditions, and how it came about.

What is known of earlier agreements is taken over as events; since when something goes
as it does was not kept before.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ENTRUSTED = (
    "entrusted VARCHAR DEFAULT '' NOT NULL"
    " CONSTRAINT ck_employee_entrusted CHECK (length(entrusted) <= 10000)"
)
EVENTS = """
    INSERT INTO pair_event
        (team_id, employee_id, task_id, agreement_id, kind, value, by_id, at)
    SELECT team_id, employee_id, task_id, id, {kind}, level, {by}, {at}
    FROM agreement WHERE {at} IS NOT NULL ORDER BY {at}, id
"""
KNOWN = (
    {"kind": "'drafted'", "by": "created_by_id", "at": "created_at"},
    {"kind": "'agreed'", "by": "NULL", "at": "agreed_at"},
    {"kind": "state", "by": "NULL", "at": "closed_at"},
)


def upgrade() -> None:
    op.create_table('self_check',
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('trusting', sa.Integer(), nullable=True),
    sa.Column('confidence', sa.Integer(), nullable=True),
    sa.Column('fear', sa.Integer(), nullable=True),
    sa.Column('damaged', sa.Integer(), nullable=True),
    sa.Column('learning', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('confidence BETWEEN 1 AND 3', name=op.f('ck_self_check_confidence')),
    sa.CheckConstraint('damaged BETWEEN 1 AND 3', name=op.f('ck_self_check_damaged')),
    sa.CheckConstraint('fear BETWEEN 1 AND 3', name=op.f('ck_self_check_fear')),
    sa.CheckConstraint('length(learning) <= 10000', name=op.f('ck_self_check_learning')),
    sa.CheckConstraint('trusting BETWEEN 1 AND 3', name=op.f('ck_self_check_trusting')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_self_check_manager_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('manager_id', name=op.f('pk_self_check'))
    )
    op.create_table('team_conditions',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('direction', sa.Boolean(), nullable=True),
    sa.Column('expectations', sa.Boolean(), nullable=True),
    sa.Column('attention', sa.Boolean(), nullable=True),
    sa.Column('certainty', sa.Boolean(), nullable=True),
    sa.Column('direction_action', sa.String(), nullable=False),
    sa.Column('expectations_action', sa.String(), nullable=False),
    sa.Column('attention_action', sa.String(), nullable=False),
    sa.Column('certainty_action', sa.String(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(attention_action) <= 10000', name=op.f('ck_team_conditions_attention_action')),
    sa.CheckConstraint('length(certainty_action) <= 10000', name=op.f('ck_team_conditions_certainty_action')),
    sa.CheckConstraint('length(direction_action) <= 10000', name=op.f('ck_team_conditions_direction_action')),
    sa.CheckConstraint('length(expectations_action) <= 10000', name=op.f('ck_team_conditions_expectations_action')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['manager.id'], name=op.f('fk_team_conditions_answered_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_team_conditions_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', name=op.f('pk_team_conditions'))
    )
    op.create_table('team_round',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('codes', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.Column('direction_no', sa.Integer(), nullable=False),
    sa.Column('expectations_no', sa.Integer(), nullable=False),
    sa.Column('attention_no', sa.Integer(), nullable=False),
    sa.Column('certainty_no', sa.Integer(), nullable=False),
    sa.CheckConstraint('answers BETWEEN 0 AND codes', name=op.f('ck_team_round_answers')),
    sa.CheckConstraint('attention_no BETWEEN 0 AND answers', name=op.f('ck_team_round_attention_no')),
    sa.CheckConstraint('certainty_no BETWEEN 0 AND answers', name=op.f('ck_team_round_certainty_no')),
    sa.CheckConstraint('direction_no BETWEEN 0 AND answers', name=op.f('ck_team_round_direction_no')),
    sa.CheckConstraint('expectations_no BETWEEN 0 AND answers', name=op.f('ck_team_round_expectations_no')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['manager.id'], name=op.f('fk_team_round_asked_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_team_round_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_round')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('team_round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_team_round_team_id'), ['team_id'], unique=False)

    op.create_table('postponement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_postponement_manager_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_postponement_team_id_employee_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_postponement')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('postponement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_postponement_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_postponement_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)
        batch_op.create_index('uq_postponement_one_open', ['employee_id', 'manager_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('criterion', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sa.DateTime(), nullable=True),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("criterion <> 'familiarity' OR task_id IS NOT NULL", name=op.f('ck_step_task_if_familiarity')),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help', 'familiarity')", name=op.f('ck_step_criterion')),
    sa.CheckConstraint("kind IN ('acquaint', 'repair')", name=op.f('ck_step_kind')),
    sa.CheckConstraint('length(trim(text)) > 0 AND length(text) <= 10000', name=op.f('ck_step_text')),
    sa.ForeignKeyConstraint(['created_by_id'], ['manager.id'], name=op.f('fk_step_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_step_team_id_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'task_id'], ['task.team_id', 'task.id'], name=op.f('fk_step_team_id_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_step_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_step_team_id_task_id'), ['team_id', 'task_id'], unique=False)

    op.create_table('own_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('on_paper', sa.Boolean(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=True),
    sa.Column('can', sa.String(), nullable=False),
    sa.Column('cannot_yet', sa.String(), nullable=False),
    sa.Column('needs_from_manager', sa.String(), nullable=False),
    sa.Column('can_be_counted_on', sa.String(), nullable=False),
    sa.Column('revealed_at', sa.DateTime(), nullable=True),
    sa.Column('revealed_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(can) <= 10000', name=op.f('ck_own_view_can')),
    sa.CheckConstraint('length(can_be_counted_on) <= 10000', name=op.f('ck_own_view_can_be_counted_on')),
    sa.CheckConstraint('length(cannot_yet) <= 10000', name=op.f('ck_own_view_cannot_yet')),
    sa.CheckConstraint('length(needs_from_manager) <= 10000', name=op.f('ck_own_view_needs_from_manager')),
    sa.CheckConstraint('revealed_at IS NULL OR received_at IS NOT NULL', name=op.f('ck_own_view_received_first')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['manager.id'], name=op.f('fk_own_view_asked_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['link_id'], ['link.id'], name=op.f('fk_own_view_link_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['revealed_by_id'], ['manager.id'], name=op.f('fk_own_view_revealed_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_own_view_team_id_employee_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_own_view')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('own_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_own_view_link_id'), ['link_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_own_view_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)
        batch_op.create_index('uq_own_view_one_asked', ['employee_id'], unique=True, sqlite_where=sa.text('received_at IS NULL'), postgresql_where=sa.text('received_at IS NULL'))

    op.create_table('look_back',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('theirs', sa.String(), nullable=False),
    sa.Column('mine', sa.String(), nullable=False),
    sa.Column('next_state', sa.String(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("next_state IN ('agreed', 'looked_back', 'taken_back', 'ended')", name=op.f('ck_look_back_next_state')),
    sa.CheckConstraint('length(mine) <= 10000', name=op.f('ck_look_back_mine')),
    sa.CheckConstraint('length(theirs) <= 10000', name=op.f('ck_look_back_theirs')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_look_back_agreement_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by_id'], ['manager.id'], name=op.f('fk_look_back_created_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_look_back')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('look_back', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_look_back_agreement_id'), ['agreement_id'], unique=False)

    op.create_table('own_answer',
    sa.Column('own_view_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help')", name=op.f('ck_own_answer_criterion')),
    sa.CheckConstraint('score BETWEEN 1 AND 5', name=op.f('ck_own_answer_score')),
    sa.ForeignKeyConstraint(['own_view_id'], ['own_view.id'], name=op.f('fk_own_answer_own_view_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('own_view_id', 'criterion', name=op.f('pk_own_answer'))
    )
    op.create_table('own_choice',
    sa.Column('own_view_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.CheckConstraint('level BETWEEN 1 AND 7', name=op.f('ck_own_choice_level')),
    sa.ForeignKeyConstraint(['own_view_id'], ['own_view.id'], name=op.f('fk_own_choice_own_view_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_own_choice_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('own_view_id', 'task_id', name=op.f('pk_own_choice'))
    )
    with op.batch_alter_table('own_choice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_own_choice_task_id'), ['task_id'], unique=False)

    op.create_table('pair_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('value', sa.Integer(), nullable=True),
    sa.Column('criterion', sa.String(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(criterion IS NOT NULL) = (kind IN ('safeguard', 'no_safeguard'))", name=op.f('ck_pair_event_criterion_if_safeguard')),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help')", name=op.f('ck_pair_event_criterion')),
    sa.CheckConstraint("kind IN ('now', 'drafted', 'level', 'agreed', 'looked_back', 'taken_back', 'ended', 'safeguard', 'no_safeguard')", name=op.f('ck_pair_event_kind')),
    sa.CheckConstraint('value BETWEEN 1 AND 7', name=op.f('ck_pair_event_value')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_pair_event_agreement_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['manager.id'], name=op.f('fk_pair_event_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_pair_event_team_id_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'task_id'], ['task.team_id', 'task.id'], name=op.f('fk_pair_event_team_id_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pair_event')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('pair_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pair_event_agreement_id'), ['agreement_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pair_event_team_id_employee_id_task_id'), ['team_id', 'employee_id', 'task_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pair_event_team_id_task_id'), ['team_id', 'task_id'], unique=False)

    op.execute(f"ALTER TABLE employee ADD COLUMN {ENTRUSTED}")
    for event in KNOWN:
        op.execute(EVENTS.format(**event))



def downgrade() -> None:
    op.execute("ALTER TABLE employee DROP COLUMN entrusted")
    with op.batch_alter_table('pair_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pair_event_team_id_task_id'))
        batch_op.drop_index(batch_op.f('ix_pair_event_team_id_employee_id_task_id'))
        batch_op.drop_index(batch_op.f('ix_pair_event_agreement_id'))

    op.drop_table('pair_event')
    with op.batch_alter_table('own_choice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_own_choice_task_id'))

    op.drop_table('own_choice')
    op.drop_table('own_answer')
    with op.batch_alter_table('look_back', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_look_back_agreement_id'))

    op.drop_table('look_back')
    with op.batch_alter_table('own_view', schema=None) as batch_op:
        batch_op.drop_index('uq_own_view_one_asked', sqlite_where=sa.text('received_at IS NULL'), postgresql_where=sa.text('received_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_own_view_team_id_employee_id'))
        batch_op.drop_index(batch_op.f('ix_own_view_link_id'))

    op.drop_table('own_view')
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_step_team_id_task_id'))
        batch_op.drop_index(batch_op.f('ix_step_team_id_employee_id'))

    op.drop_table('step')
    with op.batch_alter_table('postponement', schema=None) as batch_op:
        batch_op.drop_index('uq_postponement_one_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_postponement_team_id_employee_id'))
        batch_op.drop_index(batch_op.f('ix_postponement_manager_id'))

    op.drop_table('postponement')
    with op.batch_alter_table('team_round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_team_round_team_id'))

    op.drop_table('team_round')
    op.drop_table('team_conditions')
    op.drop_table('self_check')
