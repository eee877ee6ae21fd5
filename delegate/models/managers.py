"""Who signs in, and what lets them in."""

import secrets
from datetime import date, datetime

from flask_security import AsaList
from flask_security.core import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import TITLE, Model, at_most, filled, utc_now


class Manager(Model, UserMixin):
    """An account: someone who leads people and plans what to hand over."""

    __tablename__ = "manager"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        unique=True, default=lambda: secrets.token_hex(32)
    )
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_admin: Mapped[bool] = mapped_column(default=False)
    reminds: Mapped[bool] = mapped_column(default=False)
    """Whether to be told by mail of what is due."""
    reminded_on: Mapped[date | None]

    totp_secret: Mapped[str | None]
    """Shared with an authenticator app, and sealed; none where codes are not asked."""
    totp_step: Mapped[int | None]
    """When the last code was made that was taken: none counts twice."""
    recovery_codes: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(AsaList())
    )
    """Keyed hashes of those not yet used."""
    passkey_handle: Mapped[str | None]
    """What a passkey knows this account by."""
    passkeys: Mapped[list["Passkey"]] = relationship(
        back_populates="manager",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Passkey.id",
    )

    @property
    def called(self) -> str:
        """By what others know this account: a name, or else the address."""
        return self.name.strip() or self.email

    __table_args__ = (
        filled("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("length(password) > 0", name="password"),
        *at_most("name", most=TITLE),
        Index("uq_manager_passkey_handle", "passkey_handle", unique=True),
    )


class Passkey(Model):
    """A key on a device or in a password manager that signs a manager in.

    Only its public half is here.
    """

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    credential: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    used_at: Mapped[datetime | None]

    manager: Mapped[Manager] = relationship(back_populates="passkeys")

    __table_args__ = (filled("name"),)


class LoginSession(Model):
    """A browser that has signed in, until it ends. Only a hash of its key is kept."""

    __tablename__ = "login_session"
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(
        ForeignKey("manager.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = at_most("device", most=TITLE)


class Tries(Model):
    """How often something was tried that may only be tried so often.

    `key` is a keyed hash of what is counted: an account, or an address on the network.
    """

    __tablename__ = "tries"
    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)
