"""Strong sign-in, doors by link, remarks, the audit trail, retention and jobs.

Columns are added in place: making a table anew would empty those that point at it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

COLUMNS = (
    (
        "login_session",
        "device VARCHAR DEFAULT '' NOT NULL"
        " CONSTRAINT ck_login_session_device CHECK (length(device) <= 500)",
    ),
    ("manager", "is_admin BOOLEAN DEFAULT false NOT NULL"),
    ("manager", "totp_secret VARCHAR"),
    ("manager", "totp_step INTEGER"),
    ("manager", "recovery_codes TEXT"),
    ("manager", "passkey_handle VARCHAR"),
    (
        "team",
        "keep_months INTEGER DEFAULT 12 NOT NULL"
        " CONSTRAINT ck_team_keep_months CHECK (keep_months BETWEEN 1 AND 24)",
    ),
)


def upgrade() -> None:
    op.create_table('tries',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_tries'))
    )
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tries_until'), ['until'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('claim', sa.String(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('finished_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(state = 'done') = (file IS NOT NULL)", name=op.f('ck_job_file_if_done')),
    sa.CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name=op.f('ck_job_claim_if_running')),
    sa.CheckConstraint('length(trim(kind)) > 0 AND length(kind) <= 40', name=op.f('ck_job_kind')),
    sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f('ck_job_state')),
    sa.CheckConstraint('attempts BETWEEN 0 AND 3', name=op.f('ck_job_attempts')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_job_manager_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_job_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_state_id'), ['state', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_team_id'), ['team_id'], unique=False)

    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('credential', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint('length(trim(name)) > 0 AND length(name) <= 500', name=op.f('ck_passkey_name')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_passkey_manager_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_manager_id'), ['manager_id'], unique=False)

    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('manager_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('employee_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('length(trim(action)) > 0 AND length(action) <= 40', name=op.f('ck_audit_entry_action')),
    sa.CheckConstraint('length(trim(subject)) > 0 AND length(subject) <= 40', name=op.f('ck_audit_entry_subject')),
    sa.ForeignKeyConstraint(['employee_id'], ['employee.id'], name=op.f('fk_audit_entry_employee_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_audit_entry_manager_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_audit_entry_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_employee_id'), ['employee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_team_id_at'), ['team_id', 'at'], unique=False)

    op.create_table('link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('employee_id', sa.Integer(), nullable=True),
    sa.Column('manager_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(kind = 'calendar') = (expires_at IS NULL)", name=op.f('ck_link_ends_but_calendar')),
    sa.CheckConstraint("(kind = 'invitation') = (length(email) > 0)", name=op.f('ck_link_email_if_invitation')),
    sa.CheckConstraint("(kind = 'own_view') = (employee_id IS NOT NULL)", name=op.f('ck_link_employee_if_own_view')),
    sa.CheckConstraint("(role IS NOT NULL) = (kind = 'invitation' AND team_id IS NOT NULL)", name=op.f('ck_link_role_if_to_a_team')),
    sa.CheckConstraint("kind = 'team_code' OR manager_id IS NOT NULL", name=op.f('ck_link_manager_but_code')),
    sa.CheckConstraint("kind IN ('invitation', 'own_view', 'team_code', 'calendar')", name=op.f('ck_link_kind')),
    sa.CheckConstraint("kind NOT IN ('own_view', 'team_code') OR team_id IS NOT NULL", name=op.f('ck_link_team_if_for_a_team')),
    sa.CheckConstraint("role IN ('editor', 'viewer')", name=op.f('ck_link_role')),
    sa.CheckConstraint('length(email) <= 500', name=op.f('ck_link_email')),
    sa.ForeignKeyConstraint(['manager_id'], ['manager.id'], name=op.f('fk_link_manager_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id', 'employee_id'], ['employee.team_id', 'employee.id'], name=op.f('fk_link_team_id_employee_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_link_team_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_link_token_hash')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_manager_id'), ['manager_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_link_team_id'), ['team_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_link_team_id_employee_id'), ['team_id', 'employee_id'], unique=False)

    op.create_table('remark',
    sa.Column('rating_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(trim(text)) > 0 AND length(text) <= 10000', name=op.f('ck_remark_text')),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_remark_rating_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['manager.id'], name=op.f('fk_remark_recorded_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('rating_id', name=op.f('pk_remark'))
    )
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.add_column("employee", sa.Column("changed_at", sa.DateTime(), nullable=False, server_default="2000-01-01 00:00:00"))
    op.create_index("uq_manager_passkey_handle", "manager", ["passkey_handle"], unique=True)
    op.execute("UPDATE manager SET is_admin = true WHERE id = (SELECT min(id) FROM manager)")
    op.execute("UPDATE employee SET changed_at = created_at")
    op.execute(
        "UPDATE employee SET changed_at = newest.at FROM"
        " (SELECT employee_id, max(created_at) AS at FROM rating GROUP BY employee_id) AS newest"
        " WHERE newest.employee_id = employee.id AND newest.at > employee.changed_at"
    )


def downgrade() -> None:
    op.drop_index("uq_manager_passkey_handle", "manager")
    op.execute("ALTER TABLE employee DROP COLUMN changed_at")
    for table, column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    op.drop_table('remark')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_link_team_id_employee_id'))
        batch_op.drop_index(batch_op.f('ix_link_team_id'))
        batch_op.drop_index(batch_op.f('ix_link_manager_id'))

    op.drop_table('link')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_team_id_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_manager_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_employee_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_at'))

    op.drop_table('audit_entry')
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkey_manager_id'))

    op.drop_table('passkey')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_team_id'))
        batch_op.drop_index(batch_op.f('ix_job_state_id'))
        batch_op.drop_index(batch_op.f('ix_job_manager_id'))

    op.drop_table('job')
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tries_until'))

    op.drop_table('tries')
