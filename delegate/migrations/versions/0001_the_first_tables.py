"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('manager',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_manager_email_lower')),
    sa.CheckConstraint('length(name) <= 500', name=op.f('ck_manager_name')),
    sa.CheckConstraint('length(password) > 0', name=op.f('ck_manager_password')),
    sa.CheckConstraint('length(trim(email)) > 0 AND length(email) <= 500', name=op.f('ck_manager_email')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_manager')),
    sa.UniqueConstraint('email', name=op.f('uq_manager_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_manager_fs_uniquifier')),
    sqlite_autoincrement=True,
    )
    op.create_table('team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('removed_at', sa.DateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(trim(name)) > 0 AND length(name) <= 500', name=op.f('ck_team_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team')),
    sqlite_autoincrement=True,
    )
    op.create_table('employee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('hours_free', sa.Double(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('next_talk_at', sa.DateTime(), nullable=True),
    sa.Column('count_on_me', sa.String(), nullable=False),
    sa.Column('asks_of_me', sa.String(), nullable=False),
    sa.Column('learning', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('removed_at', sa.DateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('hours_free BETWEEN 0 AND 168', name=op.f('ck_employee_hours_free')),
    sa.CheckConstraint('length(asks_of_me) <= 10000', name=op.f('ck_employee_asks_of_me')),
    sa.CheckConstraint('length(count_on_me) <= 10000', name=op.f('ck_employee_count_on_me')),
    sa.CheckConstraint('length(learning) <= 10000', name=op.f('ck_employee_learning')),
    sa.CheckConstraint('length(role) <= 500', name=op.f('ck_employee_role')),
    sa.CheckConstraint('length(trim(name)) > 0 AND length(name) <= 500', name=op.f('ck_employee_name')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_employee_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_employee')),
    sa.UniqueConstraint('team_id', 'id', name=op.f('uq_employee_team_id_id')),
    sqlite_autoincrement=True,
    )
    op.create_table('login_session',
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_login_session_manager_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_login_session'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_login_session_manager_id'), ['manager_id'], unique=False)

    op.create_table('membership',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f('ck_membership_role')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_membership_manager_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_membership_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('team_id', 'manager_id', name=op.f('pk_membership'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_manager_id'), ['manager_id'], unique=False)

    op.create_table('task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('limits', sa.String(), nullable=False),
    sa.Column('stakes', sa.String(), nullable=True),
    sa.Column('undo', sa.String(), nullable=True),
    sa.Column('outcome_clear', sa.String(), nullable=True),
    sa.Column('limits_clear', sa.String(), nullable=True),
    sa.Column('reserved', sa.Boolean(), nullable=False),
    sa.Column('reserved_why', sa.String(), nullable=False),
    sa.Column('hours', sa.Double(), nullable=True),
    sa.Column('deadline', sa.Date(), nullable=True),
    sa.Column('with_me', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('archived_at', sa.DateTime(), nullable=True),
    sa.Column('removed_at', sa.DateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("limits_clear IN ('clear', 'partly', 'unclear')", name=op.f('ck_task_limits_clear')),
    sa.CheckConstraint("outcome_clear IN ('clear', 'partly', 'unclear')", name=op.f('ck_task_outcome_clear')),
    sa.CheckConstraint("stakes IN ('low', 'medium', 'high')", name=op.f('ck_task_stakes')),
    sa.CheckConstraint("undo IN ('easy', 'effort', 'no')", name=op.f('ck_task_undo')),
    sa.CheckConstraint('hours BETWEEN 0 AND 168', name=op.f('ck_task_hours')),
    sa.CheckConstraint('length(limits) <= 10000', name=op.f('ck_task_limits')),
    sa.CheckConstraint('length(outcome) <= 10000', name=op.f('ck_task_outcome')),
    sa.CheckConstraint('length(reserved_why) <= 10000', name=op.f('ck_task_reserved_why')),
    sa.CheckConstraint('length(trim(title)) > 0 AND length(title) <= 500', name=op.f('ck_task_title')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_task_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('team_id', 'id', name=op.f('uq_task_team_id_id')),
    sqlite_autoincrement=True,
    )
    op.create_table('pair',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('current', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('current BETWEEN 1 AND 7', name=op.f('ck_pair_current')),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_pair_team_id_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'task_id'], ['task.team_id', 'task.id'], name=op.f('fk_pair_team_id_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('employee_id', 'task_id', name=op.f('pk_pair')),
    sa.UniqueConstraint('team_id', 'employee_id', 'task_id', name=op.f('uq_pair_team_id_employee_id_task_id'))
    )
    with op.batch_alter_table('pair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pair_team_id_task_id'), ['team_id', 'task_id'], unique=False)

    op.create_table('rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('criterion', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('example', sa.String(), nullable=False),
    sa.Column('different', sa.Boolean(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=True),
    sa.Column('rater_id', sa.Integer(), nullable=True),
    sa.Column('answers_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(criterion = 'familiarity') = (task_id IS NOT NULL)", name=op.f('ck_rating_task_if_familiarity')),
    sa.CheckConstraint("(state = 'scored') = (score IS NOT NULL)", name=op.f('ck_rating_score_if_scored')),
    sa.CheckConstraint("criterion = 'familiarity' OR score IS NULL OR score NOT IN (1, 2, 5) OR length(trim(example)) > 0", name=op.f('ck_rating_example_if_far')),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help', 'familiarity')", name=op.f('ck_rating_criterion')),
    sa.CheckConstraint("state IN ('scored', 'unseen', 'withdrawn')", name=op.f('ck_rating_state')),
    sa.CheckConstraint('NOT different OR score IS NULL OR score > 2', name=op.f('ck_rating_different_not_wrong')),
    sa.CheckConstraint('length(example) <= 10000', name=op.f('ck_rating_example')),
    sa.CheckConstraint('score BETWEEN 1 AND 5', name=op.f('ck_rating_score')),
    sa.ForeignKeyConstraint(['answers_id'], ['rating.id'], name=op.f('fk_rating_answers_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rater_id'], ['manager.id'], name=op.f('fk_rating_rater_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_rating_team_id_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'task_id'], ['task.team_id', 'task.id'], name=op.f('fk_rating_team_id_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rating_team_id_employee_id_criterion_task_id'), ['team_id', 'employee_id', 'criterion', 'task_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_rating_team_id_task_id'), ['team_id', 'task_id'], unique=False)

    op.create_table('agreement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('advised', sa.Integer(), nullable=True),
    sa.Column('rules_version', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('limits', sa.String(), nullable=False),
    sa.Column('why_you', sa.String(), nullable=False),
    sa.Column('decides', sa.String(), nullable=False),
    sa.Column('asks_first', sa.String(), nullable=False),
    sa.Column('stays', sa.String(), nullable=False),
    sa.Column('inform', sa.String(), nullable=False),
    sa.Column('help', sa.String(), nullable=False),
    sa.Column('resources', sa.String(), nullable=False),
    sa.Column('look_back_on', sa.Date(), nullable=True),
    sa.Column('closing_reason', sa.String(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(), nullable=True),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'agreed' OR look_back_on IS NOT NULL", name=op.f('ck_agreement_look_back_if_agreed')),
    sa.CheckConstraint("state IN ('draft', 'agreed', 'looked_back', 'taken_back', 'ended')", name=op.f('ck_agreement_state')),
    sa.CheckConstraint('advised BETWEEN 1 AND 7', name=op.f('ck_agreement_advised')),
    sa.CheckConstraint('advised IS NULL OR level = advised OR length(trim(reason)) > 0', name=op.f('ck_agreement_reason_if_other_than_advised')),
    sa.CheckConstraint('length(asks_first) <= 10000', name=op.f('ck_agreement_asks_first')),
    sa.CheckConstraint('length(closing_reason) <= 10000', name=op.f('ck_agreement_closing_reason')),
    sa.CheckConstraint('length(decides) <= 10000', name=op.f('ck_agreement_decides')),
    sa.CheckConstraint('length(help) <= 10000', name=op.f('ck_agreement_help')),
    sa.CheckConstraint('length(inform) <= 10000', name=op.f('ck_agreement_inform')),
    sa.CheckConstraint('length(limits) <= 10000', name=op.f('ck_agreement_limits')),
    sa.CheckConstraint('length(outcome) <= 10000', name=op.f('ck_agreement_outcome')),
    sa.CheckConstraint('length(reason) <= 10000', name=op.f('ck_agreement_reason')),
    sa.CheckConstraint('length(resources) <= 10000', name=op.f('ck_agreement_resources')),
    sa.CheckConstraint('length(stays) <= 10000', name=op.f('ck_agreement_stays')),
    sa.CheckConstraint('length(why_you) <= 10000', name=op.f('ck_agreement_why_you')),
    sa.CheckConstraint('level BETWEEN 1 AND 7', name=op.f('ck_agreement_level')),
    sa.ForeignKeyConstraint(['created_by_id'], ['manager.id'], name=op.f('fk_agreement_created_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id', 'task_id'], ['pair.team_id', 'pair.employee_id', 'pair.task_id'], name=op.f('fk_agreement_team_id_employee_id_task_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreement_team_id_employee_id_task_id'), ['team_id', 'employee_id', 'task_id'], unique=False)
        batch_op.create_index('uq_agreement_one_live', ['employee_id', 'task_id'], unique=True, sqlite_where=sa.text("state IN ('draft', 'agreed', 'looked_back')"), postgresql_where=sa.text("state IN ('draft', 'agreed', 'looked_back')"))

    op.create_table('safeguard',
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.CheckConstraint("criterion IN ('choices', 'informs', 'needs', 'help')", name=op.f('ck_safeguard_criterion')),
    sa.CheckConstraint('length(trim(text)) > 0 AND length(text) <= 10000', name=op.f('ck_safeguard_text')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_safeguard_agreement_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('agreement_id', 'criterion', name=op.f('pk_safeguard'))
    )


def downgrade() -> None:
    op.drop_table('safeguard')
    with op.batch_alter_table('agreement', schema=None) as batch_op:
        batch_op.drop_index('uq_agreement_one_live', sqlite_where=sa.text("state IN ('draft', 'agreed', 'looked_back')"), postgresql_where=sa.text("state IN ('draft', 'agreed', 'looked_back')"))
        batch_op.drop_index(batch_op.f('ix_agreement_team_id_employee_id_task_id'))

    op.drop_table('agreement')
    with op.batch_alter_table('rating', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rating_team_id_task_id'))
        batch_op.drop_index(batch_op.f('ix_rating_team_id_employee_id_criterion_task_id'))

    op.drop_table('rating')
    with op.batch_alter_table('pair', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pair_team_id_task_id'))

    op.drop_table('pair')
    op.drop_table('task')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_manager_id'))

    op.drop_table('membership')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_session_manager_id'))
        batch_op.drop_index(batch_op.f('ix_login_session_expires_at'))

    op.drop_table('login_session')
    op.drop_table('employee')
    op.drop_table('team')
    op.drop_table('manager')
