"""The first handshake: everything up to the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001_8a712e7855"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_trouble",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("soft", sa.Integer(), nullable=False),
        sa.Column("soft_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_address_trouble")),
    )
    op.create_index(op.f("ix_address_trouble_suppressed_at"), "address_trouble", ["suppressed_at"], unique=False)
    op.create_table(
        "allowance",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("ahead_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowance")),
    )
    op.create_index(op.f("ix_allowance_ahead_until"), "allowance", ["ahead_until"], unique=False)
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "meeting",
                "pitch",
                "session",
                "regular session",
                "mentoring",
                "phase",
                "review day",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entry")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_calendar_entry_kind_subject_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_calendar_entry_uid")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("by_system", sa.Boolean(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    op.create_index(op.f("ix_journal_entry_at"), "journal_entry", ["at"], unique=False)
    op.create_index(op.f("ix_journal_entry_event_id"), "journal_entry", ["event_id"], unique=False)
    op.create_index(op.f("ix_journal_entry_kind"), "journal_entry", ["kind"], unique=False)
    op.create_index(op.f("ix_journal_entry_person_id"), "journal_entry", ["person_id"], unique=False)
    op.create_table(
        "mail_route",
        sa.Column("name", sa.String(length=254), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_route")),
    )
    op.create_table(
        "mailbox_place",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("uid_validity", sa.Integer(), nullable=False),
        sa.Column("last_uid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox_place")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "traditional SME",
                "tech-savvy SME",
                "start-up",
                "large company",
                "technology centre",
                "research organisation",
                "cluster organisation",
                "public body",
                "big science organisation",
                "investor",
                "other",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=5), nullable=False),
        sa.Column("sector", sa.String(length=1), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("about", sa.String(length=4000), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("same_name", sa.String(length=200), nullable=False),
        sa.Column("searchable", sa.String(length=6000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisation_public_id")),
    )
    op.create_index(op.f("ix_organisation_name"), "organisation", ["name"], unique=False)
    op.create_index(op.f("ix_organisation_same_name"), "organisation", ["same_name"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new", "active", "erased", name="personstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("job_title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("cast_as", sa.String(length=80), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "sent_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("sender", "key", name=op.f("uq_sent_form_sender_key")),
    )
    op.create_index(op.f("ix_sent_form_sent_at"), "sent_form", ["sent_at"], unique=False)
    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    op.create_index("ix_timer_due", "timer", ["done_at", "dead_at", "due_at"], unique=False)
    op.create_index("ix_timer_what", "timer", ["kind", "subject_id"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("bound_to", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_index(op.f("ix_token_subject_id"), "token", ["subject_id"], unique=False)
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("old_address", sa.String(length=254), nullable=False),
        sa.Column("new_address", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    op.create_index(op.f("ix_address_change_person_id"), "address_change", ["person_id"], unique=False)
    op.create_table(
        "address_lifted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_address_lifted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_lifted")),
    )
    op.create_index(op.f("ix_address_lifted_address"), "address_lifted", ["address"], unique=False)
    op.create_index(op.f("ix_address_lifted_by_id"), "address_lifted", ["by_id"], unique=False)
    op.create_table(
        "busy_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_atom", sa.Integer(), nullable=False),
        sa.Column("end_atom", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_busy_time_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_time")),
    )
    op.create_index("ix_busy_time_when", "busy_time", ["person_id", "end_atom", "first_atom"], unique=False)
    op.create_table(
        "calendar_invitee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "NEEDS-ACTION",
                "ACCEPTED",
                "TENTATIVE",
                "DECLINED",
                "DELEGATED",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_sequence", sa.Integer(), nullable=True),
        sa.Column("answer_stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("delegate", sa.String(length=254), nullable=False),
        sa.Column("instance_answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["calendar_entry.id"], name=op.f("fk_calendar_invitee_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_invitee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_invitee")),
        sa.UniqueConstraint("entry_id", "person_id", name=op.f("uq_calendar_invitee_entry_id_person_id")),
    )
    op.create_index(op.f("ix_calendar_invitee_entry_id"), "calendar_invitee", ["entry_id"], unique=False)
    op.create_index(op.f("ix_calendar_invitee_person_id"), "calendar_invitee", ["person_id"], unique=False)
    op.create_table(
        "calendar_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum("REQUEST", "CANCEL", name="calendarmethod", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("dtstamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("join_at", sa.String(length=500), nullable=False),
        sa.Column("series", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("clock_at", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["calendar_entry.id"], name=op.f("fk_calendar_revision_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_revision")),
        sa.UniqueConstraint("entry_id", "sequence", name=op.f("uq_calendar_revision_entry_id_sequence")),
    )
    op.create_index(op.f("ix_calendar_revision_entry_id"), "calendar_revision", ["entry_id"], unique=False)
    op.create_table(
        "cluster_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["organisation.id"], name=op.f("fk_cluster_membership_cluster_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cluster_membership_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_membership")),
        sa.UniqueConstraint(
            "organisation_id", "cluster_id", name=op.f("uq_cluster_membership_organisation_id_cluster_id")
        ),
    )
    op.create_index(op.f("ix_cluster_membership_cluster_id"), "cluster_membership", ["cluster_id"], unique=False)
    op.create_index(
        op.f("ix_cluster_membership_organisation_id"), "cluster_membership", ["organisation_id"], unique=False
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("listener", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_delivery_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_due", "delivery", ["done_at", "dead_at", "due_at"], unique=False)
    op.create_index(op.f("ix_delivery_entry_id"), "delivery", ["entry_id"], unique=False)
    op.create_table(
        "digest_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "often",
            sa.Enum("daily", "weekly", "never", name="often", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("with_notices", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_wish")),
        sa.UniqueConstraint("person_id", name=op.f("uq_digest_wish_person_id")),
    )
    op.create_table(
        "entry_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["calendar_entry.id"], name=op.f("fk_entry_reminder_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_reminder")),
        sa.UniqueConstraint(
            "entry_id", "minutes", "starts_at", name=op.f("uq_entry_reminder_entry_id_minutes_starts_at")
        ),
    )
    op.create_index(op.f("ix_entry_reminder_entry_id"), "entry_reminder", ["entry_id"], unique=False)
    op.create_table(
        "held_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "verb",
            sa.Enum(
                "ACCEPTED",
                "TENTATIVE",
                "DECLINED",
                "DELEGATED",
                "COUNTER",
                "REFRESH",
                name="replyverb",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("delegate", sa.String(length=254), nullable=False),
        sa.Column("instance", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["calendar_entry.id"], name=op.f("fk_held_reply_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_reply_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_reply")),
        sa.UniqueConstraint("public_id", name=op.f("uq_held_reply_public_id")),
    )
    op.create_index(op.f("ix_held_reply_entry_id"), "held_reply", ["entry_id"], unique=False)
    op.create_index(op.f("ix_held_reply_person_id"), "held_reply", ["person_id"], unique=False)
    op.create_table(
        "incoming_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bounce",
                "report",
                "automatic",
                "reply",
                "text",
                "unreadable",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "applied",
                "held",
                "forwarded",
                "sent again",
                "counted",
                "ignored",
                "dropped",
                "refused",
                "too often",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("attested", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incoming_letter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_letter")),
        sa.UniqueConstraint("digest", name=op.f("uq_incoming_letter_digest")),
    )
    op.create_index(op.f("ix_incoming_letter_arrived_at"), "incoming_letter", ["arrived_at"], unique=False)
    op.create_index(op.f("ix_incoming_letter_event_id"), "incoming_letter", ["event_id"], unique=False)
    op.create_index(op.f("ix_incoming_letter_person_id"), "incoming_letter", ["person_id"], unique=False)
    op.create_table(
        "invitation_wishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Boolean(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("feed_meetings", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_wishes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_wishes")),
        sa.UniqueConstraint("person_id", name=op.f("uq_invitation_wishes_person_id")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("need", "offer", name="itemkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("published", "withdrawn", name="itemstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=6000), nullable=False),
        sa.Column("text_en", sa.String(length=6000), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("speaks", sa.JSON(), nullable=False),
        sa.Column("budget_eur", sa.Integer(), nullable=True),
        sa.Column("imported_as", sa.String(length=80), nullable=False),
        sa.Column("searchable", sa.String(length=14000), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_item_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_public_id")),
    )
    op.create_index(op.f("ix_item_imported_as"), "item", ["imported_as"], unique=False)
    op.create_index(op.f("ix_item_organisation_id"), "item", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_item_person_id"), "item", ["person_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "superseded",
                "not needed",
                "undeliverable",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("reply_to", sa.String(length=300), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("domain", sa.String(length=254), nullable=False),
        sa.Column("urgent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matters_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fact_id"], ["journal_entry.id"], name=op.f("fk_letter_fact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("fact_id", "address", "kind", name=op.f("uq_letter_fact_id_address_kind")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_public_id")),
    )
    op.create_index("ix_letter_calendar", "letter", ["uid", "address"], unique=False)
    op.create_index(op.f("ix_letter_event_id"), "letter", ["event_id"], unique=False)
    op.create_index(op.f("ix_letter_fact_id"), "letter", ["fact_id"], unique=False)
    op.create_index(op.f("ix_letter_made_at"), "letter", ["made_at"], unique=False)
    op.create_index(op.f("ix_letter_person_id"), "letter", ["person_id"], unique=False)
    op.create_index("ix_letter_urgent", "letter", ["done_at", "dead_at", "urgent_at", "due_at"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("is_contact", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "organisation_id", name=op.f("uq_membership_person_id_organisation_id")),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "membership_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "agreed",
                "turned down",
                "taken back",
                name="membershiprequeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_membership_request_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_request_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_request_public_id")),
    )
    op.create_index(
        op.f("ix_membership_request_answered_by_id"), "membership_request", ["answered_by_id"], unique=False
    )
    op.create_index(
        op.f("ix_membership_request_organisation_id"), "membership_request", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_membership_request_person_id"), "membership_request", ["person_id"], unique=False)
    op.create_index(
        "uq_membership_request_person_id_organisation_id",
        "membership_request",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "no_thanks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_no_thanks_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_no_thanks_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_no_thanks")),
        sa.UniqueConstraint("person_id", "other_id", name=op.f("uq_no_thanks_person_id_other_id")),
    )
    op.create_index(op.f("ix_no_thanks_other_id"), "no_thanks", ["other_id"], unique=False)
    op.create_table(
        "own_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.String(length=254), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("understood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.String(length=300), nullable=False),
        sa.Column("last_modified", sa.String(length=100), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "none",
                "unreachable",
                "refused",
                "gone",
                "broken",
                "too large",
                "too slow",
                "no calendar",
                "too laborious",
                name="calendartrouble",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("busy", sa.JSON(), nullable=False),
        sa.Column("perhaps", sa.JSON(), nullable=False),
        sa.Column("free_anyway", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_own_calendar_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_calendar")),
        sa.UniqueConstraint("person_id", name=op.f("uq_own_calendar_person_id")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "organiser",
                "desk officer",
                "challenge owner",
                "mentor",
                "judge",
                "host",
                "reviewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum("programme", "event", "desk", name="scope", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "person_id", "role", "scope", "scope_id", name=op.f("uq_role_grant_person_id_role_scope_scope_id")
        ),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_index(op.f("ix_role_grant_scope_id"), "role_grant", ["scope_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_digest")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)
    op.create_table(
        "stopped_topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "reminders",
                "announcements",
                "digests",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stopped_topic_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stopped_topic")),
        sa.UniqueConstraint("person_id", "topic", name=op.f("uq_stopped_topic_person_id_topic")),
    )
    op.create_index(op.f("ix_stopped_topic_person_id"), "stopped_topic", ["person_id"], unique=False)
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stored_file_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_file_public_id")),
    )
    op.create_index(op.f("ix_stored_file_person_id"), "stored_file", ["person_id"], unique=False)
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("funding", sa.String(length=300), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["logo_id"], ["stored_file.id"], name=op.f("fk_programme_logo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("public_id", name=op.f("uq_programme_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_slug")),
    )
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_desk_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
        sa.UniqueConstraint("public_id", name=op.f("uq_desk_public_id")),
    )
    op.create_index(op.f("ix_desk_programme_id"), "desk", ["programme_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hackathon",
                "matchmaking",
                "pitch",
                "peer review",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "running",
                "closed",
                name="eventstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tagline", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=10000), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column(
            "approval",
            sa.Enum("automatic", "organiser", name="approval", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("by_code_only", sa.Boolean(), nullable=False),
        sa.Column("confirm_hours", sa.Integer(), nullable=True),
        sa.Column("team_size_min", sa.Integer(), nullable=False),
        sa.Column("team_size_max", sa.Integer(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("gallery_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("winners_announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_agenda", sa.Boolean(), nullable=False),
        sa.Column("solo_allowed", sa.Boolean(), nullable=False),
        sa.Column("teams_lock_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificates_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["follows_id"], ["event.id"], name=op.f("fk_event_follows_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_event_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    op.create_index(op.f("ix_event_follows_id"), "event", ["follows_id"], unique=False)
    op.create_index(op.f("ix_event_programme_id"), "event", ["programme_id"], unique=False)
    op.create_table(
        "programme_cluster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_programme_cluster_organisation_id")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_cluster_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_cluster")),
        sa.UniqueConstraint(
            "programme_id", "organisation_id", name=op.f("uq_programme_cluster_programme_id_organisation_id")
        ),
    )
    op.create_index(
        op.f("ix_programme_cluster_organisation_id"), "programme_cluster", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_programme_cluster_programme_id"), "programme_cluster", ["programme_id"], unique=False)
    op.create_table(
        "programme_editor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_programme_editor_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_editor_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_editor")),
        sa.UniqueConstraint("programme_id", "person_id", name=op.f("uq_programme_editor_programme_id_person_id")),
    )
    op.create_index(op.f("ix_programme_editor_person_id"), "programme_editor", ["person_id"], unique=False)
    op.create_index(op.f("ix_programme_editor_programme_id"), "programme_editor", ["programme_id"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_absence_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("event_id", "person_id", "starts_at", name=op.f("uq_absence_event_id_person_id_starts_at")),
    )
    op.create_index(op.f("ix_absence_event_id"), "absence", ["event_id"], unique=False)
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_table(
        "agenda_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_release_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_release")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_agenda_release_event_id_name")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_agenda_release_event_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_release_public_id")),
    )
    op.create_index(op.f("ix_agenda_release_event_id"), "agenda_release", ["event_id"], unique=False)
    op.create_table(
        "agenda_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_room_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_room")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_agenda_room_event_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_room_public_id")),
    )
    op.create_index(op.f("ix_agenda_room_event_id"), "agenda_room", ["event_id"], unique=False)
    op.create_table(
        "agenda_track",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "tone",
            sa.Enum(
                "woad",
                "madder",
                "weld",
                "moss",
                "plum",
                "slate",
                name="tracktone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_track_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_track")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_agenda_track_event_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_track_public_id")),
    )
    op.create_index(op.f("ix_agenda_track_event_id"), "agenda_track", ["event_id"], unique=False)
    op.create_table(
        "assessment_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("help", sa.String(length=500), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_assessment_question_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assessment_question_public_id")),
    )
    op.create_index(op.f("ix_assessment_question_event_id"), "assessment_question", ["event_id"], unique=False)
    op.create_table(
        "availability_nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_clock", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_availability_nudge_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_availability_nudge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_nudge")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_availability_nudge_event_id_person_id")),
    )
    op.create_index(op.f("ix_availability_nudge_event_id"), "availability_nudge", ["event_id"], unique=False)
    op.create_index(op.f("ix_availability_nudge_person_id"), "availability_nudge", ["person_id"], unique=False)
    op.create_table(
        "availability_stated",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_availability_stated_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_availability_stated_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_stated")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_availability_stated_event_id_person_id")),
    )
    op.create_index(op.f("ix_availability_stated_event_id"), "availability_stated", ["event_id"], unique=False)
    op.create_index(op.f("ix_availability_stated_person_id"), "availability_stated", ["person_id"], unique=False)
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_block_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("public_id", name=op.f("uq_block_public_id")),
    )
    op.create_index(op.f("ix_block_event_id"), "block", ["event_id"], unique=False)
    op.create_table(
        "booking_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "answering",
            sa.Enum("approval", "automatic", name="answering", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "timing",
            sa.Enum(
                "at request",
                "at acceptance",
                "by organiser",
                name="timing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("requests_hold", sa.Boolean(), nullable=False),
        sa.Column("lasts_minutes", sa.Integer(), nullable=False),
        sa.Column("participants_move", sa.Boolean(), nullable=False),
        sa.Column("max_outgoing", sa.Integer(), nullable=True),
        sa.Column("max_pending", sa.Integer(), nullable=True),
        sa.Column("max_per_block", sa.Integer(), nullable=True),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_booking_rules_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_rules")),
        sa.UniqueConstraint("event_id", name=op.f("uq_booking_rules_event_id")),
    )
    op.create_table(
        "certificate_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column("signed_as", sa.String(length=120), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_certificate_look_event_id")),
        sa.ForeignKeyConstraint(["logo_id"], ["stored_file.id"], name=op.f("fk_certificate_look_logo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_look")),
        sa.UniqueConstraint("event_id", name=op.f("uq_certificate_look_event_id")),
    )
    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("brief", sa.String(length=6000), nullable=False),
        sa.Column("prize", sa.String(length=300), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_challenge_event_id")),
        sa.ForeignKeyConstraint(["need_id"], ["item.id"], name=op.f("fk_challenge_need_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_challenge_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_challenge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("event_id", "need_id", name=op.f("uq_challenge_event_id_need_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_challenge_public_id")),
    )
    op.create_index(op.f("ix_challenge_event_id"), "challenge", ["event_id"], unique=False)
    op.create_index(op.f("ix_challenge_need_id"), "challenge", ["need_id"], unique=False)
    op.create_index(op.f("ix_challenge_organisation_id"), "challenge", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_challenge_person_id"), "challenge", ["person_id"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_checkpoint_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("public_id", name=op.f("uq_checkpoint_public_id")),
    )
    op.create_index(op.f("ix_checkpoint_event_id"), "checkpoint", ["event_id"], unique=False)
    op.create_table(
        "completeness_nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_completeness_nudge_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completeness_nudge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completeness_nudge")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_completeness_nudge_event_id_person_id")),
    )
    op.create_index(op.f("ix_completeness_nudge_event_id"), "completeness_nudge", ["event_id"], unique=False)
    op.create_index(op.f("ix_completeness_nudge_person_id"), "completeness_nudge", ["person_id"], unique=False)
    op.create_table(
        "conflict_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "room",
                "speaker",
                "meeting",
                "days",
                "capacity",
                "break",
                name="conflictkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum("block", "warn", "ignore", name="level", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_conflict_level_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_level")),
        sa.UniqueConstraint("event_id", "kind", name=op.f("uq_conflict_level_event_id_kind")),
    )
    op.create_index(op.f("ix_conflict_level_event_id"), "conflict_level", ["event_id"], unique=False)
    op.create_table(
        "consent_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=5000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_consent_text_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint("event_id", "version", name=op.f("uq_consent_text_event_id_version")),
    )
    op.create_index(op.f("ix_consent_text_event_id"), "consent_text", ["event_id"], unique=False)
    op.create_table(
        "digest_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_digest_turn_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_turn_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_turn")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_digest_turn_event_id_person_id")),
    )
    op.create_index(op.f("ix_digest_turn_event_id"), "digest_turn", ["event_id"], unique=False)
    op.create_index(op.f("ix_digest_turn_person_id"), "digest_turn", ["person_id"], unique=False)
    op.create_table(
        "item_in_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_item_in_event_event_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_in_event_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_in_event")),
        sa.UniqueConstraint("event_id", "item_id", name=op.f("uq_item_in_event_event_id_item_id")),
    )
    op.create_index(op.f("ix_item_in_event_event_id"), "item_in_event", ["event_id"], unique=False)
    op.create_index(op.f("ix_item_in_event_item_id"), "item_in_event", ["item_id"], unique=False)
    op.create_table(
        "judging_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column(
            "scheme",
            sa.Enum(
                "rubric",
                "ranking",
                "pairwise",
                "audience",
                "call",
                name="scheme",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "closed",
                "published",
                name="roundstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "registration",
                "team forming",
                "building",
                "concept note",
                "first evaluation",
                "submission",
                "judging",
                "results",
                "booking",
                "live",
                "follow-up",
                name="phasekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("judges_each", sa.Integer(), nullable=False),
        sa.Column("judges_most", sa.Integer(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column(
            "border",
            sa.Enum("all", "none", name="border", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comments_released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["after_id"], ["judging_round.id"], name=op.f("fk_judging_round_after_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_judging_round_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_judging_round_public_id")),
    )
    op.create_index(op.f("ix_judging_round_after_id"), "judging_round", ["after_id"], unique=False)
    op.create_index(op.f("ix_judging_round_event_id"), "judging_round", ["event_id"], unique=False)
    op.create_table(
        "letter_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("letter_kind", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_letter_text_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_text")),
        sa.UniqueConstraint(
            "event_id", "letter_kind", "locale", name=op.f("uq_letter_text_event_id_letter_kind_locale")
        ),
    )
    op.create_index(op.f("ix_letter_text_event_id"), "letter_text", ["event_id"], unique=False)
    op.create_table(
        "lobby_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_lobby_announcement_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lobby_announcement_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lobby_announcement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lobby_announcement_public_id")),
    )
    op.create_index(op.f("ix_lobby_announcement_by_id"), "lobby_announcement", ["by_id"], unique=False)
    op.create_index(op.f("ix_lobby_announcement_event_id"), "lobby_announcement", ["event_id"], unique=False)
    op.create_table(
        "lobby_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lobby_choice_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lobby_choice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lobby_choice")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_lobby_choice_event_id_person_id")),
    )
    op.create_index(op.f("ix_lobby_choice_event_id"), "lobby_choice", ["event_id"], unique=False)
    op.create_index(op.f("ix_lobby_choice_person_id"), "lobby_choice", ["person_id"], unique=False)
    op.create_table(
        "lobby_removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lobby_removal_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lobby_removal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lobby_removal")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_lobby_removal_event_id_person_id")),
    )
    op.create_index(op.f("ix_lobby_removal_event_id"), "lobby_removal", ["event_id"], unique=False)
    op.create_index(op.f("ix_lobby_removal_person_id"), "lobby_removal", ["person_id"], unique=False)
    op.create_table(
        "meeting_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("numbered", "video", name="tablekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("chairs", sa.Integer(), nullable=False),
        sa.Column("kept_for_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_table_event_id")),
        sa.ForeignKeyConstraint(["kept_for_id"], ["person.id"], name=op.f("fk_meeting_table_kept_for_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_table")),
        sa.UniqueConstraint("event_id", "kept_for_id", name=op.f("uq_meeting_table_event_id_kept_for_id")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_meeting_table_event_id_name")),
    )
    op.create_index(op.f("ix_meeting_table_event_id"), "meeting_table", ["event_id"], unique=False)
    op.create_index(op.f("ix_meeting_table_kept_for_id"), "meeting_table", ["kept_for_id"], unique=False)
    op.create_table(
        "milestone_follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_milestone_follower_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_milestone_follower_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_follower")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_milestone_follower_event_id_person_id")),
    )
    op.create_index(op.f("ix_milestone_follower_event_id"), "milestone_follower", ["event_id"], unique=False)
    op.create_index(op.f("ix_milestone_follower_person_id"), "milestone_follower", ["person_id"], unique=False)
    op.create_table(
        "networking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_seconds", sa.Integer(), nullable=False),
        sa.Column("pause_seconds", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column(
            "odd",
            sa.Enum("three", "waits", name="oddone", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "languages",
            sa.Enum("any", "wanted", "needed", name="languages", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("avoid_met", sa.Boolean(), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "paused",
                "ended",
                name="networkingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("go_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_networking_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking")),
        sa.UniqueConstraint("public_id", name=op.f("uq_networking_public_id")),
    )
    op.create_index(op.f("ix_networking_event_id"), "networking", ["event_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "segment",
            sa.Enum(
                "participants",
                "waiting",
                "type",
                "teams",
                "without team",
                "silent",
                "without meeting",
                "judges",
                "mentors",
                name="segment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("type_code", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("text", sa.String(length=5000), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_notice_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notice_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_public_id")),
    )
    op.create_index(op.f("ix_notice_by_id"), "notice", ["by_id"], unique=False)
    op.create_index(op.f("ix_notice_event_id"), "notice", ["event_id"], unique=False)
    op.create_table(
        "office_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("topics", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_office_hours_event_id")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_office_hours_mentor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_hours")),
        sa.UniqueConstraint("public_id", name=op.f("uq_office_hours_public_id")),
    )
    op.create_index(op.f("ix_office_hours_event_id"), "office_hours", ["event_id"], unique=False)
    op.create_index(op.f("ix_office_hours_mentor_id"), "office_hours", ["mentor_id"], unique=False)
    op.create_table(
        "page_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "section",
            sa.Enum(
                "about",
                "challenges",
                "agenda",
                "partners",
                "prizes",
                "faq",
                "gallery",
                name="sectionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_page_entry_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_page_entry_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_page_entry_public_id")),
    )
    op.create_index(op.f("ix_page_entry_event_id"), "page_entry", ["event_id"], unique=False)
    op.create_index(op.f("ix_page_entry_file_id"), "page_entry", ["file_id"], unique=False)
    op.create_table(
        "page_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("note_pages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_page_limit_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_limit")),
        sa.UniqueConstraint("event_id", name=op.f("uq_page_limit_event_id")),
    )
    op.create_table(
        "page_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "about",
                "challenges",
                "agenda",
                "partners",
                "prizes",
                "faq",
                "gallery",
                name="sectionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=10000), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_page_section_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_section")),
        sa.UniqueConstraint("event_id", "kind", name=op.f("uq_page_section_event_id_kind")),
    )
    op.create_index(op.f("ix_page_section_event_id"), "page_section", ["event_id"], unique=False)
    op.create_table(
        "participation_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_participation_type_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation_type")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_participation_type_event_id_code")),
    )
    op.create_index(op.f("ix_participation_type_event_id"), "participation_type", ["event_id"], unique=False)
    op.create_table(
        "peer_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("competences", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("available", sa.String(length=500), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_peer_offer_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_peer_offer_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_peer_offer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_offer")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_peer_offer_event_id_person_id")),
    )
    op.create_index(op.f("ix_peer_offer_event_id"), "peer_offer", ["event_id"], unique=False)
    op.create_index(op.f("ix_peer_offer_organisation_id"), "peer_offer", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_peer_offer_person_id"), "peer_offer", ["person_id"], unique=False)
    op.create_table(
        "peer_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("case_text", sa.String(length=8000), nullable=False),
        sa.Column("ecosystem", sa.String(length=120), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "preparing",
                "held",
                "published",
                "closed",
                "cancelled",
                name="reviewstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "attribution",
            sa.Enum("named", "private", name="attribution", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.String(length=1000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_peer_review_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_peer_review_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_peer_review_public_id")),
    )
    op.create_index(op.f("ix_peer_review_event_id"), "peer_review", ["event_id"], unique=False)
    op.create_index(op.f("ix_peer_review_organisation_id"), "peer_review", ["organisation_id"], unique=False)
    op.create_table(
        "peer_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_peer_search_asked_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_peer_search_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_search")),
    )
    op.create_index(op.f("ix_peer_search_asked_by_id"), "peer_search", ["asked_by_id"], unique=False)
    op.create_index("ix_peer_search_due", "peer_search", ["done_at", "dead_at", "due_at"], unique=False)
    op.create_index(op.f("ix_peer_search_event_id"), "peer_search", ["event_id"], unique=False)
    op.create_index(
        "uq_peer_search_event_id",
        "peer_search",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "peer_stance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "stance",
            sa.Enum(
                "none",
                "wish",
                "competitor",
                "partner",
                "same group",
                "other",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_peer_stance_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_peer_stance_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_peer_stance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_stance")),
        sa.UniqueConstraint(
            "event_id", "person_id", "organisation_id", name=op.f("uq_peer_stance_event_id_person_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_peer_stance_event_id"), "peer_stance", ["event_id"], unique=False)
    op.create_index(op.f("ix_peer_stance_organisation_id"), "peer_stance", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_peer_stance_person_id"), "peer_stance", ["person_id"], unique=False)
    op.create_table(
        "person_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "lobby",
                "stage",
                "networking",
                "meeting",
                "review",
                name="place",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("room", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "settled", name="reportstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_person_report_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_report_person_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name=op.f("fk_person_report_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_report_public_id")),
    )
    op.create_index(op.f("ix_person_report_event_id"), "person_report", ["event_id"], unique=False)
    op.create_index(op.f("ix_person_report_person_id"), "person_report", ["person_id"], unique=False)
    op.create_index(op.f("ix_person_report_reporter_id"), "person_report", ["reporter_id"], unique=False)
    op.create_index(
        "uq_person_report_event_id_place_room_person_id_reporter_id",
        "person_report",
        ["event_id", "place", "room", "person_id", "reporter_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "registration",
                "team forming",
                "building",
                "concept note",
                "first evaluation",
                "submission",
                "judging",
                "results",
                "booking",
                "live",
                "follow-up",
                name="phasekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opening_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_phase_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("event_id", "kind", name=op.f("uq_phase_event_id_kind")),
    )
    op.create_index(op.f("ix_phase_event_id"), "phase", ["event_id"], unique=False)
    op.create_table(
        "registration_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "short text",
                "long text",
                "choice",
                "multiple choice",
                "yes or no",
                "date",
                "file",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("for_types", sa.JSON(), nullable=False),
        sa.Column("shown_if_id", sa.Integer(), nullable=True),
        sa.Column("shown_if_answer", sa.String(length=200), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_question_event_id")),
        sa.ForeignKeyConstraint(
            ["shown_if_id"], ["registration_question.id"], name=op.f("fk_registration_question_shown_if_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_question_public_id")),
    )
    op.create_index(op.f("ix_registration_question_event_id"), "registration_question", ["event_id"], unique=False)
    op.create_table(
        "regular_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("first", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440 AND minutes % 5 = 0", name=op.f("ck_regular_session_minutes")),
        sa.CheckConstraint("times BETWEEN 1 AND 100", name=op.f("ck_regular_session_times")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_regular_session_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_regular_session_public_id")),
    )
    op.create_index(op.f("ix_regular_session_event_id"), "regular_session", ["event_id"], unique=False)
    op.create_table(
        "reply_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_reply_address_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reply_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_address")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_reply_address_event_id_person_id")),
        sa.UniqueConstraint("token", name=op.f("uq_reply_address_token")),
    )
    op.create_index(op.f("ix_reply_address_event_id"), "reply_address", ["event_id"], unique=False)
    op.create_index(op.f("ix_reply_address_person_id"), "reply_address", ["person_id"], unique=False)
    op.create_table(
        "review_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "model",
            sa.Enum(
                "light",
                "online",
                "visit",
                "round",
                name="reviewmodel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("peers_min", sa.Integer(), nullable=False),
        sa.Column("peers_max", sa.Integer(), nullable=False),
        sa.Column("countries_min", sa.Integer(), nullable=False),
        sa.Column("questions_min", sa.Integer(), nullable=False),
        sa.Column("questions_max", sa.Integer(), nullable=False),
        sa.Column(
            "attribution",
            sa.Enum("named", "private", name="attribution", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_rules_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_rules")),
        sa.UniqueConstraint("event_id", name=op.f("uq_review_rules_event_id")),
    )
    op.create_table(
        "review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "call for hosts",
                "selection",
                "peers",
                "self-assessment",
                "desk notes",
                "agenda",
                "meeting",
                "feedback",
                "report",
                "response",
                "follow-up after 3 months",
                "follow-up after 6 months",
                "follow-up after 12 months",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_step_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_step")),
        sa.UniqueConstraint("event_id", "kind", name=op.f("uq_review_step_event_id_kind")),
    )
    op.create_index(op.f("ix_review_step_event_id"), "review_step", ["event_id"], unique=False)
    op.create_table(
        "schedule_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                "published",
                name="draftstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "freedom",
            sa.Enum("none", "few", "any", name="freedom", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("wishes", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("journal_number", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("placed", sa.Float(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_schedule_draft_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["schedule_draft.id"], name=op.f("fk_schedule_draft_based_on_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_schedule_draft_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_schedule_draft_public_id")),
    )
    op.create_index(op.f("ix_schedule_draft_asked_by_id"), "schedule_draft", ["asked_by_id"], unique=False)
    op.create_index("ix_schedule_draft_due", "schedule_draft", ["done_at", "dead_at", "due_at"], unique=False)
    op.create_index(op.f("ix_schedule_draft_event_id"), "schedule_draft", ["event_id"], unique=False)
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "open", "closed", name="screeningstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_screening_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint("event_id", name=op.f("uq_screening_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_screening_public_id")),
    )
    op.create_table(
        "seeker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Boolean(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("about", sa.String(length=600), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_seeker_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seeker_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seeker")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_seeker_event_id_person_id")),
    )
    op.create_index(op.f("ix_seeker_event_id"), "seeker", ["event_id"], unique=False)
    op.create_index(op.f("ix_seeker_person_id"), "seeker", ["person_id"], unique=False)
    op.create_table(
        "standby",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_standby_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standby_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_standby_event_id_person_id")),
    )
    op.create_index(op.f("ix_standby_event_id"), "standby", ["event_id"], unique=False)
    op.create_index(op.f("ix_standby_person_id"), "standby", ["person_id"], unique=False)
    op.create_table(
        "team_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=500), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                "sent",
                "closed",
                name="proposalstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "whom",
            sa.Enum("seekers", "everybody", name="whom", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("fills_teams", sa.Boolean(), nullable=False),
        sa.Column("size_min", sa.Integer(), nullable=False),
        sa.Column("size_max", sa.Integer(), nullable=False),
        sa.Column("size_wanted", sa.Integer(), nullable=False),
        sa.Column("zone_hours", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_team_proposal_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["based_on_id"], ["team_proposal.id"], name=op.f("fk_team_proposal_based_on_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_proposal_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_proposal_public_id")),
    )
    op.create_index(op.f("ix_team_proposal_asked_by_id"), "team_proposal", ["asked_by_id"], unique=False)
    op.create_index("ix_team_proposal_due", "team_proposal", ["done_at", "dead_at", "due_at"], unique=False)
    op.create_index(op.f("ix_team_proposal_event_id"), "team_proposal", ["event_id"], unique=False)
    op.create_table(
        "unwanted_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_unwanted_words_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unwanted_words")),
        sa.UniqueConstraint("event_id", name=op.f("uq_unwanted_words_event_id")),
    )
    op.create_table(
        "video_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "mesh",
                "janus",
                "livekit",
                "jitsi",
                "bbb",
                "link",
                "stream",
                "off",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("relay_only", sa.Boolean(), nullable=False),
        sa.Column("link_hosts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_video_rules_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_rules")),
        sa.UniqueConstraint("event_id", name=op.f("uq_video_rules_event_id")),
    )
    op.create_table(
        "waiting_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("invitee_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_waiting_pair_asker_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_waiting_pair_event_id")),
        sa.ForeignKeyConstraint(["invitee_id"], ["person.id"], name=op.f("fk_waiting_pair_invitee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_pair")),
        sa.UniqueConstraint(
            "event_id", "asker_id", "invitee_id", name=op.f("uq_waiting_pair_event_id_asker_id_invitee_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_waiting_pair_public_id")),
    )
    op.create_index(op.f("ix_waiting_pair_asker_id"), "waiting_pair", ["asker_id"], unique=False)
    op.create_index(op.f("ix_waiting_pair_event_id"), "waiting_pair", ["event_id"], unique=False)
    op.create_index(op.f("ix_waiting_pair_invitee_id"), "waiting_pair", ["invitee_id"], unique=False)
    op.create_table(
        "agenda_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "talk",
                "workshop",
                "panel",
                "pitches",
                "social",
                "break",
                "other",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("abstract", sa.String(length=5000), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(room_id IS NULL) = (starts_at IS NULL)", name=op.f("ck_agenda_session_placed")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440 AND minutes % 5 = 0", name=op.f("ck_agenda_session_minutes")),
        sa.CheckConstraint("removed_at IS NULL OR starts_at IS NULL", name=op.f("ck_agenda_session_removed")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_session_event_id")),
        sa.ForeignKeyConstraint(["room_id"], ["agenda_room.id"], name=op.f("fk_agenda_session_room_id")),
        sa.ForeignKeyConstraint(["track_id"], ["agenda_track.id"], name=op.f("fk_agenda_session_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_session_public_id")),
    )
    op.create_index(op.f("ix_agenda_session_event_id"), "agenda_session", ["event_id"], unique=False)
    op.create_index(op.f("ix_agenda_session_room_id"), "agenda_session", ["room_id"], unique=False)
    op.create_index(op.f("ix_agenda_session_track_id"), "agenda_session", ["track_id"], unique=False)
    op.create_table(
        "awaited_of_host",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "call for hosts",
                "selection",
                "peers",
                "self-assessment",
                "desk notes",
                "agenda",
                "meeting",
                "feedback",
                "report",
                "response",
                "follow-up after 3 months",
                "follow-up after 6 months",
                "follow-up after 12 months",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_awaited_of_host_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaited_of_host")),
        sa.UniqueConstraint("review_id", "kind", name=op.f("uq_awaited_of_host_review_id_kind")),
    )
    op.create_index(op.f("ix_awaited_of_host_review_id"), "awaited_of_host", ["review_id"], unique=False)
    op.create_table(
        "challenge_annex",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(length=4000), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=20000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_annex_challenge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_annex")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_challenge_annex_challenge_id")),
    )
    op.create_table(
        "challenge_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(file_id IS NULL) <> (url = '')", name=op.f("ck_challenge_resource_link_or_file")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_resource_challenge_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_challenge_resource_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_resource")),
        sa.UniqueConstraint("public_id", name=op.f("uq_challenge_resource_public_id")),
    )
    op.create_index(op.f("ix_challenge_resource_challenge_id"), "challenge_resource", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_challenge_resource_file_id"), "challenge_resource", ["file_id"], unique=False)
    op.create_table(
        "draft_content",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["schedule_draft.id"], name=op.f("fk_draft_content_draft_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft_content")),
    )
    op.create_table(
        "guest_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("most_devices", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_guest_link_made_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guest_link_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_guest_link_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guest_link_public_id")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_guest_link_round_id_person_id")),
    )
    op.create_index(op.f("ix_guest_link_person_id"), "guest_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_guest_link_round_id"), "guest_link", ["round_id"], unique=False)
    op.create_table(
        "host_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "handed in",
                "withdrawn",
                name="applicationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=8000), nullable=False),
        sa.Column("case_text", sa.String(length=8000), nullable=False),
        sa.Column("ecosystem", sa.String(length=120), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("handed", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "none",
                "chosen",
                "reserve",
                "not chosen",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decision_why", sa.String(length=2000), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "told",
            sa.Enum(
                "none",
                "chosen",
                "reserve",
                "not chosen",
                name="told",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("told_why", sa.String(length=2000), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_host_application_decided_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_host_application_event_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_host_application_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_host_application_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_host_application_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_application")),
        sa.UniqueConstraint("event_id", "organisation_id", name=op.f("uq_host_application_event_id_organisation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_host_application_public_id")),
    )
    op.create_index(op.f("ix_host_application_event_id"), "host_application", ["event_id"], unique=False)
    op.create_index(op.f("ix_host_application_organisation_id"), "host_application", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_host_application_person_id"), "host_application", ["person_id"], unique=False)
    op.create_index(op.f("ix_host_application_review_id"), "host_application", ["review_id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("invitee_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "accepted",
                "scheduled",
                "declined",
                "withdrawn",
                "expired",
                "cancelled",
                "held",
                "no-show",
                "technical failure",
                name="meetingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_id", sa.Integer(), nullable=True),
        sa.Column("table_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("override", sa.String(length=500), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_meeting_asker_id")),
        sa.ForeignKeyConstraint(["block_id"], ["block.id"], name=op.f("fk_meeting_block_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_event_id")),
        sa.ForeignKeyConstraint(["invitee_id"], ["person.id"], name=op.f("fk_meeting_invitee_id")),
        sa.ForeignKeyConstraint(["table_id"], ["meeting_table.id"], name=op.f("fk_meeting_table_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_public_id")),
    )
    op.create_index("ix_meeting_asker_id_event_id", "meeting", ["asker_id", "event_id"], unique=False)
    op.create_index(op.f("ix_meeting_block_id"), "meeting", ["block_id"], unique=False)
    op.create_index("ix_meeting_event_id_starts_at", "meeting", ["event_id", "starts_at"], unique=False)
    op.create_index(
        "ix_meeting_event_id_state_requested_at", "meeting", ["event_id", "state", "requested_at"], unique=False
    )
    op.create_index("ix_meeting_invitee_id_event_id", "meeting", ["invitee_id", "event_id"], unique=False)
    op.create_table(
        "networking_pair_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["networking_id"], ["networking.id"], name=op.f("fk_networking_pair_rule_networking_id")
        ),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_networking_pair_rule_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_networking_pair_rule_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_pair_rule")),
        sa.UniqueConstraint(
            "networking_id", "one_id", "other_id", name=op.f("uq_networking_pair_rule_networking_id_one_id_other_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_networking_pair_rule_public_id")),
    )
    op.create_index(
        op.f("ix_networking_pair_rule_networking_id"), "networking_pair_rule", ["networking_id"], unique=False
    )
    op.create_index(op.f("ix_networking_pair_rule_one_id"), "networking_pair_rule", ["one_id"], unique=False)
    op.create_index(op.f("ix_networking_pair_rule_other_id"), "networking_pair_rule", ["other_id"], unique=False)
    op.create_table(
        "networking_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "here",
                "away",
                "left",
                "removed",
                name="placestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_place_networking_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_networking_place_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_place")),
        sa.UniqueConstraint("networking_id", "person_id", name=op.f("uq_networking_place_networking_id_person_id")),
    )
    op.create_index(op.f("ix_networking_place_networking_id"), "networking_place", ["networking_id"], unique=False)
    op.create_index(op.f("ix_networking_place_person_id"), "networking_place", ["person_id"], unique=False)
    op.create_table(
        "networking_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_round_networking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_round")),
        sa.UniqueConstraint("networking_id", "number", name=op.f("uq_networking_round_networking_id_number")),
    )
    op.create_index(op.f("ix_networking_round_networking_id"), "networking_round", ["networking_id"], unique=False)
    op.create_table(
        "networking_type_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("one_type_id", sa.Integer(), nullable=False),
        sa.Column("other_type_id", sa.Integer(), nullable=False),
        sa.Column(
            "weight",
            sa.Enum(
                "allowed", "preferred", "never", name="typeweight", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["networking_id"], ["networking.id"], name=op.f("fk_networking_type_rule_networking_id")
        ),
        sa.ForeignKeyConstraint(
            ["one_type_id"], ["participation_type.id"], name=op.f("fk_networking_type_rule_one_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_type_id"], ["participation_type.id"], name=op.f("fk_networking_type_rule_other_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_type_rule")),
        sa.UniqueConstraint(
            "networking_id",
            "one_type_id",
            "other_type_id",
            name=op.f("uq_networking_type_rule_networking_id_one_type_id_other_type_id"),
        ),
    )
    op.create_index(
        op.f("ix_networking_type_rule_networking_id"), "networking_type_rule", ["networking_id"], unique=False
    )
    op.create_table(
        "networking_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("away_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_visit_networking_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_networking_visit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_networking_visit_public_id")),
    )
    op.create_index(
        "ix_networking_visit_networking_id_left_at", "networking_visit", ["networking_id", "left_at"], unique=False
    )
    op.create_index(op.f("ix_networking_visit_person_id"), "networking_visit", ["person_id"], unique=False)
    op.create_table(
        "networking_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_wish_networking_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_networking_wish_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_networking_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_wish")),
        sa.UniqueConstraint(
            "networking_id", "person_id", "other_id", name=op.f("uq_networking_wish_networking_id_person_id_other_id")
        ),
    )
    op.create_index(op.f("ix_networking_wish_networking_id"), "networking_wish", ["networking_id"], unique=False)
    op.create_index(op.f("ix_networking_wish_other_id"), "networking_wish", ["other_id"], unique=False)
    op.create_index(op.f("ix_networking_wish_person_id"), "networking_wish", ["person_id"], unique=False)
    op.create_table(
        "notice_kept",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_kept_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_kept_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_kept")),
        sa.UniqueConstraint("notice_id", "person_id", name=op.f("uq_notice_kept_notice_id_person_id")),
    )
    op.create_index(op.f("ix_notice_kept_notice_id"), "notice_kept", ["notice_id"], unique=False)
    op.create_index(op.f("ix_notice_kept_person_id"), "notice_kept", ["person_id"], unique=False)
    op.create_table(
        "prize",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("by_whom", sa.String(length=160), nullable=False),
        sa.Column("winners", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(amount IS NULL) = (currency = '')", name=op.f("ck_prize_amount_with_currency")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000", name=op.f("ck_prize_whole_amount")),
        sa.CheckConstraint("winners BETWEEN 1 AND 20", name=op.f("ck_prize_one_to_twenty_winners")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_prize_challenge_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_prize_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prize")),
        sa.UniqueConstraint("public_id", name=op.f("uq_prize_public_id")),
    )
    op.create_index(op.f("ix_prize_challenge_id"), "prize", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_prize_event_id"), "prize", ["event_id"], unique=False)
    op.create_table(
        "proposed_peer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "taken out", name="proposedstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proposed_peer_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_proposed_peer_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_peer")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_proposed_peer_review_id_person_id")),
    )
    op.create_index(op.f("ix_proposed_peer_person_id"), "proposed_peer", ["person_id"], unique=False)
    op.create_index(op.f("ix_proposed_peer_review_id"), "proposed_peer", ["review_id"], unique=False)
    op.create_table(
        "published_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "detail",
            sa.Enum("places", "points", name="detail", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("best", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_aside_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_published_result_made_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_published_result_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_result")),
        sa.UniqueConstraint("public_id", name=op.f("uq_published_result_public_id")),
        sa.UniqueConstraint("round_id", "version", name=op.f("uq_published_result_round_id_version")),
    )
    op.create_index(op.f("ix_published_result_round_id"), "published_result", ["round_id"], unique=False)
    op.create_table(
        "quotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "agreed",
                "declined",
                "withdrawn",
                name="quotationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_quotation_asked_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quotation_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_quotation_programme_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_quotation_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_quotation_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quotation_asked_by_id"), "quotation", ["asked_by_id"], unique=False)
    op.create_index(op.f("ix_quotation_person_id"), "quotation", ["person_id"], unique=False)
    op.create_index(op.f("ix_quotation_programme_id"), "quotation", ["programme_id"], unique=False)
    op.create_index(op.f("ix_quotation_review_id"), "quotation", ["review_id"], unique=False)
    op.create_table(
        "registration_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=True),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skips_approval", sa.Boolean(), nullable=False),
        sa.Column("skips_capacity", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "most_uses IS NULL OR used <= most_uses", name=op.f("ck_registration_code_registration_code_not_overused")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_code_event_id")),
        sa.ForeignKeyConstraint(["type_id"], ["participation_type.id"], name=op.f("fk_registration_code_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_code")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_registration_code_event_id_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_code_public_id")),
    )
    op.create_index(op.f("ix_registration_code_event_id"), "registration_code", ["event_id"], unique=False)
    op.create_table(
        "regular_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regular_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["regular_id"], ["regular_session.id"], name=op.f("fk_regular_change_regular_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_change")),
        sa.UniqueConstraint("regular_id", "number", name=op.f("uq_regular_change_regular_id_number")),
    )
    op.create_index(op.f("ix_regular_change_regular_id"), "regular_change", ["regular_id"], unique=False)
    op.create_table(
        "regular_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regular_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_regular_guest_person_id")),
        sa.ForeignKeyConstraint(["regular_id"], ["regular_session.id"], name=op.f("fk_regular_guest_regular_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_guest")),
        sa.UniqueConstraint("regular_id", "person_id", name=op.f("uq_regular_guest_regular_id_person_id")),
    )
    op.create_index(op.f("ix_regular_guest_person_id"), "regular_guest", ["person_id"], unique=False)
    op.create_index(op.f("ix_regular_guest_regular_id"), "regular_guest", ["regular_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "review report",
                "guidelines and lessons learned",
                "policy recommendations",
                name="reportkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.String(length=8000), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_report_programme_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_report_review_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_report_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
        sa.UniqueConstraint("review_id", name=op.f("uq_report_review_id")),
    )
    op.create_index(op.f("ix_report_programme_id"), "report", ["programme_id"], unique=False)
    op.create_index(op.f("ix_report_started_by_id"), "report", ["started_by_id"], unique=False)
    op.create_table(
        "review_board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("put_together", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_board_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_board")),
        sa.UniqueConstraint("review_id", name=op.f("uq_review_board_review_id")),
    )
    op.create_table(
        "review_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_review_day_event_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_day_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_day")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_day_review_id_number")),
    )
    op.create_index(op.f("ix_review_day_event_id"), "review_day", ["event_id"], unique=False)
    op.create_index(op.f("ix_review_day_review_id"), "review_day", ["review_id"], unique=False)
    op.create_table(
        "review_dot_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("dots", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_dot_vote_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_dot_vote")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_dot_vote_public_id")),
    )
    op.create_index(op.f("ix_review_dot_vote_review_id"), "review_dot_vote", ["review_id"], unique=False)
    op.create_table(
        "review_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("kept", sa.String(length=1000), nullable=False),
        sa.Column("changed", sa.String(length=1000), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_feedback_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_feedback_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_feedback")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_feedback_review_id_person_id")),
    )
    op.create_index(op.f("ix_review_feedback_person_id"), "review_feedback", ["person_id"], unique=False)
    op.create_index(op.f("ix_review_feedback_review_id"), "review_feedback", ["review_id"], unique=False)
    op.create_table(
        "review_hand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("up", "speaking", name="speakerstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spoke_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_hand_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_hand_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_hand")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_hand_public_id")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_hand_review_id_person_id")),
    )
    op.create_index(op.f("ix_review_hand_person_id"), "review_hand", ["person_id"], unique=False)
    op.create_index(op.f("ix_review_hand_review_id"), "review_hand", ["review_id"], unique=False)
    op.create_table(
        "review_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "host",
                "peer",
                "moderator",
                "rapporteur",
                "observer",
                "stakeholder",
                name="reviewrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "accepted",
                "declined",
                "left",
                name="placestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stands_in_for_id", sa.Integer(), nullable=True),
        sa.Column("known_as", sa.JSON(), nullable=False),
        sa.Column("came_from", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_review_place_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_place_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_place_review_id")),
        sa.ForeignKeyConstraint(
            ["stands_in_for_id"], ["review_place.id"], name=op.f("fk_review_place_stands_in_for_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_place")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_place_public_id")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_place_review_id_person_id")),
    )
    op.create_index(op.f("ix_review_place_organisation_id"), "review_place", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_review_place_person_id"), "review_place", ["person_id"], unique=False)
    op.create_index(op.f("ix_review_place_review_id"), "review_place", ["review_id"], unique=False)
    op.create_table(
        "review_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_question_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_question_public_id")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_question_review_id_number")),
    )
    op.create_index(op.f("ix_review_question_review_id"), "review_question", ["review_id"], unique=False)
    op.create_table(
        "review_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("board", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "mesh",
                "janus",
                "livekit",
                "jitsi",
                "bbb",
                "link",
                "stream",
                "off",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("passed_over", sa.String(length=80), nullable=False),
        sa.Column("why_switched", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_room_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_room")),
        sa.UniqueConstraint("review_id", name=op.f("uq_review_room_review_id")),
    )
    op.create_table(
        "review_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("away_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("put_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_visit_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_visit_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_visit_public_id")),
    )
    op.create_index(op.f("ix_review_visit_person_id"), "review_visit", ["person_id"], unique=False)
    op.create_index("ix_review_visit_review_id_left_at", "review_visit", ["review_id", "left_at"], unique=False)
    op.create_table(
        "round_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_round_criterion_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_criterion")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_round_criterion_round_id_position")),
    )
    op.create_index(op.f("ix_round_criterion_round_id"), "round_criterion", ["round_id"], unique=False)
    op.create_table(
        "round_judge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_round_judge_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_round_judge_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_judge")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_round_judge_round_id_number")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_round_judge_round_id_person_id")),
    )
    op.create_index(op.f("ix_round_judge_person_id"), "round_judge", ["person_id"], unique=False)
    op.create_index(op.f("ix_round_judge_round_id"), "round_judge", ["round_id"], unique=False)
    op.create_table(
        "round_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "score",
                "list",
                "comparison",
                "ballot",
                "skip",
                "undone",
                name="votekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=4000), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_round_vote_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_round_vote_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_vote")),
        sa.UniqueConstraint("person_id", "client_id", name=op.f("uq_round_vote_person_id_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_round_vote_public_id")),
        sa.UniqueConstraint(
            "round_id", "person_id", "about", "number", name=op.f("uq_round_vote_round_id_person_id_about_number")
        ),
    )
    op.create_index(op.f("ix_round_vote_person_id"), "round_vote", ["person_id"], unique=False)
    op.create_index(op.f("ix_round_vote_round_id"), "round_vote", ["round_id"], unique=False)
    op.create_table(
        "round_voter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_round_voter_invited_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_round_voter_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_round_voter_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_voter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_round_voter_public_id")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_round_voter_round_id_person_id")),
    )
    op.create_index(op.f("ix_round_voter_person_id"), "round_voter", ["person_id"], unique=False)
    op.create_index(op.f("ix_round_voter_round_id"), "round_voter", ["round_id"], unique=False)
    op.create_table(
        "screener",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screener_person_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screener_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screener")),
        sa.UniqueConstraint("screening_id", "person_id", name=op.f("uq_screener_screening_id_person_id")),
    )
    op.create_index(op.f("ix_screener_person_id"), "screener", ["person_id"], unique=False)
    op.create_index(op.f("ix_screener_screening_id"), "screener", ["screening_id"], unique=False)
    op.create_table(
        "screening_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screening_question_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_question")),
        sa.UniqueConstraint("screening_id", "position", name=op.f("uq_screening_question_screening_id_position")),
    )
    op.create_index(op.f("ix_screening_question_screening_id"), "screening_question", ["screening_id"], unique=False)
    op.create_table(
        "self_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_self_assessment_review_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_self_assessment_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_assessment")),
        sa.UniqueConstraint("review_id", name=op.f("uq_self_assessment_review_id")),
    )
    op.create_table(
        "self_assessment_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_self_assessment_version_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_self_assessment_version_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_assessment_version")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_self_assessment_version_review_id_number")),
    )
    op.create_index(
        op.f("ix_self_assessment_version_person_id"), "self_assessment_version", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_self_assessment_version_review_id"), "self_assessment_version", ["review_id"], unique=False
    )
    op.create_table(
        "submission_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "short text",
                "long text",
                "choice",
                "choices",
                "link",
                "number",
                "funding",
                name="fieldkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("category", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_submission_field_challenge_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_submission_field_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_field")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_field_public_id")),
    )
    op.create_index(op.f("ix_submission_field_challenge_id"), "submission_field", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_submission_field_event_id"), "submission_field", ["event_id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("idea", sa.String(length=1000), nullable=False),
        sa.Column("looking_for", sa.String(length=300), nullable=False),
        sa.Column("late_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("room", sa.String(length=300), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_team_challenge_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_team_event_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_public_id")),
    )
    op.create_index(op.f("ix_team_challenge_id"), "team", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_team_event_id"), "team", ["event_id"], unique=False)
    op.create_table(
        "team_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "challenge", "with", "not with", name="wishkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(challenge_id IS NULL) <> (other_id IS NULL)", name=op.f("ck_team_wish_challenge_or_person")
        ),
        sa.CheckConstraint("other_id IS NULL OR other_id <> person_id", name=op.f("ck_team_wish_somebody_else")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_team_wish_challenge_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_wish_event_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_team_wish_other_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_wish")),
        sa.UniqueConstraint(
            "event_id", "person_id", "challenge_id", name=op.f("uq_team_wish_event_id_person_id_challenge_id")
        ),
        sa.UniqueConstraint("event_id", "person_id", "other_id", name=op.f("uq_team_wish_event_id_person_id_other_id")),
    )
    op.create_index(op.f("ix_team_wish_challenge_id"), "team_wish", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_team_wish_event_id"), "team_wish", ["event_id"], unique=False)
    op.create_index(op.f("ix_team_wish_other_id"), "team_wish", ["other_id"], unique=False)
    op.create_index(op.f("ix_team_wish_person_id"), "team_wish", ["person_id"], unique=False)
    op.create_table(
        "tie_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("best_first", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_tie_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_tie_decision_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie_decision")),
    )
    op.create_index(op.f("ix_tie_decision_round_id"), "tie_decision", ["round_id"], unique=False)
    op.create_table(
        "type_limits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("min_meetings", sa.Integer(), nullable=True),
        sa.Column("max_meetings", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_type_limits_event_id")),
        sa.ForeignKeyConstraint(["type_id"], ["participation_type.id"], name=op.f("fk_type_limits_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_limits")),
        sa.UniqueConstraint("type_id", name=op.f("uq_type_limits_type_id")),
    )
    op.create_index(op.f("ix_type_limits_event_id"), "type_limits", ["event_id"], unique=False)
    op.create_table(
        "type_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("from_type_id", sa.Integer(), nullable=False),
        sa.Column("to_type_id", sa.Integer(), nullable=False),
        sa.Column("may_see", sa.Boolean(), nullable=False),
        sa.Column("may_ask", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_type_rule_event_id")),
        sa.ForeignKeyConstraint(["from_type_id"], ["participation_type.id"], name=op.f("fk_type_rule_from_type_id")),
        sa.ForeignKeyConstraint(["to_type_id"], ["participation_type.id"], name=op.f("fk_type_rule_to_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_type_rule")),
        sa.UniqueConstraint("from_type_id", "to_type_id", name=op.f("uq_type_rule_from_type_id_to_type_id")),
    )
    op.create_index(op.f("ix_type_rule_event_id"), "type_rule", ["event_id"], unique=False)
    op.create_index(op.f("ix_type_rule_to_type_id"), "type_rule", ["to_type_id"], unique=False)
    op.create_table(
        "annex_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(length=4000), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_annex_consent_challenge_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_annex_consent_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_annex_consent_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annex_consent")),
        sa.UniqueConstraint(
            "challenge_id",
            "terms_version",
            "team_id",
            "person_id",
            name=op.f("uq_annex_consent_challenge_id_terms_version_team_id_person_id"),
        ),
    )
    op.create_index(op.f("ix_annex_consent_challenge_id"), "annex_consent", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_annex_consent_person_id"), "annex_consent", ["person_id"], unique=False)
    op.create_index(op.f("ix_annex_consent_team_id"), "annex_consent", ["team_id"], unique=False)
    op.create_table(
        "annex_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_annex_look_challenge_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_annex_look_person_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["challenge_resource.id"], name=op.f("fk_annex_look_resource_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_annex_look_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annex_look")),
    )
    op.create_index(op.f("ix_annex_look_challenge_id"), "annex_look", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_annex_look_person_id"), "annex_look", ["person_id"], unique=False)
    op.create_index(op.f("ix_annex_look_team_id"), "annex_look", ["team_id"], unique=False)
    op.create_table(
        "challenge_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_challenge_question_answered_by_id")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_challenge_question_challenge_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_challenge_question_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_challenge_question_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_challenge_question_public_id")),
    )
    op.create_index(op.f("ix_challenge_question_challenge_id"), "challenge_question", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_challenge_question_person_id"), "challenge_question", ["person_id"], unique=False)
    op.create_index(op.f("ix_challenge_question_team_id"), "challenge_question", ["team_id"], unique=False)
    op.create_table(
        "challenge_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("handed_in", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("prizes", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["after_id"], ["challenge.id"], name=op.f("fk_challenge_switch_after_id")),
        sa.ForeignKeyConstraint(["before_id"], ["challenge.id"], name=op.f("fk_challenge_switch_before_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_challenge_switch_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_challenge_switch_event_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_challenge_switch_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_switch")),
    )
    op.create_index(op.f("ix_challenge_switch_event_id"), "challenge_switch", ["event_id"], unique=False)
    op.create_index(op.f("ix_challenge_switch_team_id"), "challenge_switch", ["team_id"], unique=False)
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_connection_event_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_connection_meeting_id")),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_connection_networking_id")),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_connection_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_connection_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_connection_one_id_other_id")),
    )
    op.create_index(op.f("ix_connection_event_id"), "connection", ["event_id"], unique=False)
    op.create_index(op.f("ix_connection_meeting_id"), "connection", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_connection_networking_id"), "connection", ["networking_id"], unique=False)
    op.create_index(op.f("ix_connection_one_id"), "connection", ["one_id"], unique=False)
    op.create_index(op.f("ix_connection_other_id"), "connection", ["other_id"], unique=False)
    op.create_table(
        "desk_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed", sa.JSON(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released", sa.JSON(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["review_place.id"], name=op.f("fk_desk_notes_place_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_desk_notes_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notes")),
        sa.UniqueConstraint("place_id", name=op.f("uq_desk_notes_place_id")),
    )
    op.create_index(op.f("ix_desk_notes_review_id"), "desk_notes", ["review_id"], unique=False)
    op.create_table(
        "forwarded_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=5000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_forwarded_text_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_forwarded_text_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarded_text")),
    )
    op.create_index(op.f("ix_forwarded_text_meeting_id"), "forwarded_text", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_forwarded_text_person_id"), "forwarded_text", ["person_id"], unique=False)
    op.create_table(
        "guest_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["guest_link.id"], name=op.f("fk_guest_sign_in_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_sign_in")),
        sa.UniqueConstraint("digest", name=op.f("uq_guest_sign_in_digest")),
    )
    op.create_index(op.f("ix_guest_sign_in_link_id"), "guest_sign_in", ["link_id"], unique=False)
    op.create_table(
        "help_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("details", sa.String(length=1000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "done",
                "taken back",
                name="helpstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_help_request_asked_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_help_request_event_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_help_request_taken_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_help_request_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_help_request_public_id")),
    )
    op.create_index(op.f("ix_help_request_asked_by_id"), "help_request", ["asked_by_id"], unique=False)
    op.create_index(op.f("ix_help_request_event_id"), "help_request", ["event_id"], unique=False)
    op.create_index(op.f("ix_help_request_taken_by_id"), "help_request", ["taken_by_id"], unique=False)
    op.create_index(
        "uq_help_request_team_id",
        "help_request",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'taken')"),
        postgresql_where=sa.text("state IN ('open', 'taken')"),
    )
    op.create_table(
        "late_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_late_entry_event_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_late_entry_given_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_late_entry_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_late_entry_public_id")),
    )
    op.create_index(op.f("ix_late_entry_event_id"), "late_entry", ["event_id"], unique=False)
    op.create_index(
        "uq_late_entry_team_id",
        "late_entry",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "lesson_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "shared", "withdrawn", name="lessonstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("context", sa.String(length=3000), nullable=False),
        sa.Column("worked", sa.String(length=3000), nullable=False),
        sa.Column("not_worked", sa.String(length=3000), nullable=False),
        sa.Column("advice", sa.String(length=3000), nullable=False),
        sa.Column("ecosystem", sa.String(length=120), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column(
            "code",
            sa.Enum(
                "barrier: money",
                "barrier: skills",
                "barrier: rules",
                "barrier: rights and data",
                "barrier: trust across borders",
                "barrier: time of small companies",
                "barrier: dependence on supply",
                "opportunity: money",
                "opportunity: shared demand",
                "opportunity: technology at hand",
                "opportunity: network",
                "opportunity: public buyers",
                "opportunity: rules",
                name="lessoncode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "host", "region", "state", "EU", name="level", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("why_withdrawn", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_lesson_card_author_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_lesson_card_event_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_lesson_card_meeting_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_lesson_card_programme_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_lesson_card_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_card")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lesson_card_public_id")),
    )
    op.create_index(op.f("ix_lesson_card_author_id"), "lesson_card", ["author_id"], unique=False)
    op.create_index(op.f("ix_lesson_card_event_id"), "lesson_card", ["event_id"], unique=False)
    op.create_index(op.f("ix_lesson_card_meeting_id"), "lesson_card", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_lesson_card_programme_id"), "lesson_card", ["programme_id"], unique=False)
    op.create_index(op.f("ix_lesson_card_review_id"), "lesson_card", ["review_id"], unique=False)
    op.create_table(
        "meeting_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("usefulness", sa.Integer(), nullable=False),
        sa.Column(
            "next_step",
            sa.Enum(
                "none",
                "mail",
                "second meeting",
                "non-disclosure agreement",
                "visit",
                "test or pilot",
                "joint proposal",
                "order",
                name="nextstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "partnership",
            sa.Enum(
                "supply",
                "distribution",
                "services",
                "research cooperation",
                "technical cooperation",
                "licence",
                "investment",
                "joint venture",
                name="partnership",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("help", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_assessment_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_assessment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_assessment")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_assessment_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_meeting_assessment_meeting_id"), "meeting_assessment", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_meeting_assessment_person_id"), "meeting_assessment", ["person_id"], unique=False)
    op.create_table(
        "meeting_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column(
            "says",
            sa.Enum(
                "requested",
                "accepted",
                "scheduled",
                "declined",
                "withdrawn",
                "expired",
                "cancelled",
                "held",
                "no-show",
                "technical failure",
                name="meetingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contradicts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_attendance_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_attendance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendance")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_attendance_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_meeting_attendance_meeting_id"), "meeting_attendance", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_meeting_attendance_person_id"), "meeting_attendance", ["person_id"], unique=False)
    op.create_table(
        "meeting_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_guest_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_guest_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_guest")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_guest_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_meeting_guest_meeting_id"), "meeting_guest", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_meeting_guest_person_id"), "meeting_guest", ["person_id"], unique=False)
    op.create_table(
        "meeting_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("asker", "invitee", name="side", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_note_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_note_public_id")),
    )
    op.create_index("ix_meeting_note_meeting_id", "meeting_note", ["meeting_id", "id"], unique=False)
    op.create_index(op.f("ix_meeting_note_person_id"), "meeting_note", ["person_id"], unique=False)
    op.create_table(
        "meeting_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "agreement", "going on", "ended", name="result", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_outcome_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_outcome_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_outcome")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_outcome_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_meeting_outcome_meeting_id"), "meeting_outcome", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_meeting_outcome_person_id"), "meeting_outcome", ["person_id"], unique=False)
    op.create_table(
        "meeting_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("passed_over", sa.String(length=200), nullable=False),
        sa.Column("why_switched", sa.String(length=200), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("more_asked_by_id", sa.Integer(), nullable=True),
        sa.Column("both_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_room_meeting_id")),
        sa.ForeignKeyConstraint(["more_asked_by_id"], ["person.id"], name=op.f("fk_meeting_room_more_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_room")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_meeting_room_meeting_id")),
    )
    op.create_table(
        "meeting_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("away_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_visit_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_visit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_visit_public_id")),
    )
    op.create_index("ix_meeting_visit_meeting_id_left_at", "meeting_visit", ["meeting_id", "left_at"], unique=False)
    op.create_index(op.f("ix_meeting_visit_person_id"), "meeting_visit", ["person_id"], unique=False)
    op.create_table(
        "mentoring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("hours_id", sa.Integer(), nullable=True),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("booked", "cancelled", name="mentoringstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_mentoring_booked_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mentoring_event_id")),
        sa.ForeignKeyConstraint(["hours_id"], ["office_hours.id"], name=op.f("fk_mentoring_hours_id")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_mentoring_mentor_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_mentoring_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mentoring_public_id")),
    )
    op.create_index(op.f("ix_mentoring_event_id"), "mentoring", ["event_id"], unique=False)
    op.create_index("ix_mentoring_event_id_starts_at", "mentoring", ["event_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_mentoring_hours_id"), "mentoring", ["hours_id"], unique=False)
    op.create_index(op.f("ix_mentoring_mentor_id"), "mentoring", ["mentor_id"], unique=False)
    op.create_index(op.f("ix_mentoring_team_id"), "mentoring", ["team_id"], unique=False)
    op.create_table(
        "networking_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_pair_networking_id")),
        sa.ForeignKeyConstraint(["round_id"], ["networking_round.id"], name=op.f("fk_networking_pair_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_pair")),
    )
    op.create_index(op.f("ix_networking_pair_networking_id"), "networking_pair", ["networking_id"], unique=False)
    op.create_index(op.f("ix_networking_pair_round_id"), "networking_pair", ["round_id"], unique=False)
    op.create_table(
        "open_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("how_many", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how_many >= 1", name=op.f("ck_open_role_at_least_one")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_open_role_event_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_open_role_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_role")),
        sa.UniqueConstraint("public_id", name=op.f("uq_open_role_public_id")),
    )
    op.create_index(op.f("ix_open_role_event_id"), "open_role", ["event_id"], unique=False)
    op.create_index(op.f("ix_open_role_team_id"), "open_role", ["team_id"], unique=False)
    op.create_table(
        "progress_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("checkpoint_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=600), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_progress_entry_checkpoint_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_progress_entry_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_progress_entry_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_progress_entry_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_progress_entry_public_id")),
        sa.UniqueConstraint("team_id", "checkpoint_id", name=op.f("uq_progress_entry_team_id_checkpoint_id")),
    )
    op.create_index(op.f("ix_progress_entry_checkpoint_id"), "progress_entry", ["checkpoint_id"], unique=False)
    op.create_index(op.f("ix_progress_entry_event_id"), "progress_entry", ["event_id"], unique=False)
    op.create_index(op.f("ix_progress_entry_person_id"), "progress_entry", ["person_id"], unique=False)
    op.create_table(
        "proposed_team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("fills", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "formed", "failed", name="proposedstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_proposed_team_challenge_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_proposed_team_event_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["team_proposal.id"], name=op.f("fk_proposed_team_proposal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_proposed_team_team_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_team")),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_proposed_team_proposal_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposed_team_public_id")),
    )
    op.create_index(op.f("ix_proposed_team_challenge_id"), "proposed_team", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_proposed_team_event_id"), "proposed_team", ["event_id"], unique=False)
    op.create_index(op.f("ix_proposed_team_proposal_id"), "proposed_team", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_proposed_team_team_id"), "proposed_team", ["team_id"], unique=False)
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("asked_organisation_id", sa.Integer(), nullable=True),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "waiting",
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                name="registrationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=True),
        sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_over_from_id", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_organisation_id"], ["organisation.id"], name=op.f("fk_registration_asked_organisation_id")
        ),
        sa.ForeignKeyConstraint(["code_id"], ["registration_code.id"], name=op.f("fk_registration_code_id")),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"], name=op.f("fk_registration_desk_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id")),
        sa.ForeignKeyConstraint(
            ["taken_over_from_id"], ["registration.id"], name=op.f("fk_registration_taken_over_from_id")
        ),
        sa.ForeignKeyConstraint(["type_id"], ["participation_type.id"], name=op.f("fk_registration_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_registration_event_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
    )
    op.create_index(
        op.f("ix_registration_asked_organisation_id"), "registration", ["asked_organisation_id"], unique=False
    )
    op.create_index(op.f("ix_registration_code_id"), "registration", ["code_id"], unique=False)
    op.create_index(op.f("ix_registration_desk_id"), "registration", ["desk_id"], unique=False)
    op.create_index(op.f("ix_registration_event_id"), "registration", ["event_id"], unique=False)
    op.create_index(op.f("ix_registration_organisation_id"), "registration", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_table(
        "released_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "talk",
                "workshop",
                "panel",
                "pitches",
                "social",
                "break",
                "other",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("abstract", sa.String(length=5000), nullable=False),
        sa.Column("track", sa.String(length=80), nullable=False),
        sa.Column(
            "tone",
            sa.Enum(
                "woad",
                "madder",
                "weld",
                "moss",
                "plum",
                "slate",
                name="tracktone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("room", sa.String(length=80), nullable=False),
        sa.Column("room_link", sa.String(length=500), nullable=False),
        sa.Column("room_position", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["agenda_release.id"], name=op.f("fk_released_session_release_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_released_session_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_session")),
        sa.UniqueConstraint("release_id", "session_id", name=op.f("uq_released_session_release_id_session_id")),
    )
    op.create_index(op.f("ix_released_session_release_id"), "released_session", ["release_id"], unique=False)
    op.create_index(op.f("ix_released_session_session_id"), "released_session", ["session_id"], unique=False)
    op.create_table(
        "report_chapter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=20000), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "items",
                "case",
                "people",
                "plan",
                name="chapterpart",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "host", "region", "state", "EU", name="level", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("by_ecosystem", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_chapter_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_chapter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_chapter_public_id")),
    )
    op.create_index(op.f("ix_report_chapter_report_id"), "report_chapter", ["report_id"], unique=False)
    op.create_table(
        "report_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in review",
                "published",
                "superseded",
                "sent back",
                "withdrawn",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_report_version_author_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_report_version_decided_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_version_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_version_public_id")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_version_report_id_number")),
    )
    op.create_index(op.f("ix_report_version_author_id"), "report_version", ["author_id"], unique=False)
    op.create_index(op.f("ix_report_version_decided_by_id"), "report_version", ["decided_by_id"], unique=False)
    op.create_index(op.f("ix_report_version_report_id"), "report_version", ["report_id"], unique=False)
    op.create_table(
        "rest_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("missed_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_rest_offer_meeting_id")),
        sa.ForeignKeyConstraint(["missed_id"], ["meeting.id"], name=op.f("fk_rest_offer_missed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest_offer")),
        sa.UniqueConstraint("missed_id", "meeting_id", name=op.f("uq_rest_offer_missed_id_meeting_id")),
    )
    op.create_index(op.f("ix_rest_offer_meeting_id"), "rest_offer", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_rest_offer_missed_id"), "rest_offer", ["missed_id"], unique=False)
    op.create_table(
        "review_board_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["board_id"], ["review_board.id"], name=op.f("fk_review_board_update_board_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_board_update_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_board_update")),
        sa.UniqueConstraint("board_id", "number", name=op.f("uq_review_board_update_board_id_number")),
    )
    op.create_index(op.f("ix_review_board_update_board_id"), "review_board_update", ["board_id"], unique=False)
    op.create_index(op.f("ix_review_board_update_person_id"), "review_board_update", ["person_id"], unique=False)
    op.create_table(
        "review_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["host_application.id"], name=op.f("fk_review_file_application_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_review_file_file_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_file_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_file")),
    )
    op.create_index(op.f("ix_review_file_application_id"), "review_file", ["application_id"], unique=False)
    op.create_index(op.f("ix_review_file_file_id"), "review_file", ["file_id"], unique=False)
    op.create_index(op.f("ix_review_file_review_id"), "review_file", ["review_id"], unique=False)
    op.create_table(
        "review_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "agreed",
                "withdrawn",
                name="findingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("finding", sa.String(length=4000), nullable=False),
        sa.Column("evidence", sa.String(length=4000), nullable=False),
        sa.Column("recommendation", sa.String(length=4000), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "host", "region", "state", "EU", name="level", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("addressee", sa.String(length=200), nullable=False),
        sa.Column(
            "effort",
            sa.Enum("S", "M", "L", name="effort", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column(
            "horizon",
            sa.Enum(
                "3 months", "1 year", "3 years", name="horizon", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("practice", sa.String(length=4000), nullable=False),
        sa.Column("practice_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "response",
            sa.Enum(
                "none",
                "accept",
                "adapt",
                "reject",
                name="response",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("response_why", sa.String(length=4000), nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_by_id"], ["review_place.id"], name=op.f("fk_review_finding_practice_by_id")),
        sa.ForeignKeyConstraint(["question_id"], ["review_question.id"], name=op.f("fk_review_finding_question_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_finding_review_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_review_finding_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_finding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_finding_public_id")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_finding_review_id_number")),
    )
    op.create_index(op.f("ix_review_finding_practice_by_id"), "review_finding", ["practice_by_id"], unique=False)
    op.create_index(op.f("ix_review_finding_question_id"), "review_finding", ["question_id"], unique=False)
    op.create_index(op.f("ix_review_finding_review_id"), "review_finding", ["review_id"], unique=False)
    op.create_index(op.f("ix_review_finding_written_by_id"), "review_finding", ["written_by_id"], unique=False)
    op.create_table(
        "review_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "present",
                "clarify",
                "analyse",
                "ideas",
                "recommend",
                "plenary",
                "reaction",
                "break",
                name="partkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["day_id"], ["review_day.id"], name=op.f("fk_review_part_day_id")),
        sa.ForeignKeyConstraint(["question_id"], ["review_question.id"], name=op.f("fk_review_part_question_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_part_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_part")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_part_public_id")),
    )
    op.create_index(op.f("ix_review_part_day_id"), "review_part", ["day_id"], unique=False)
    op.create_index(op.f("ix_review_part_question_id"), "review_part", ["question_id"], unique=False)
    op.create_index(op.f("ix_review_part_review_id"), "review_part", ["review_id"], unique=False)
    op.create_table(
        "review_question_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["review_question.id"], name=op.f("fk_review_question_wording_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_question_wording")),
    )
    op.create_index(
        op.f("ix_review_question_wording_question_id"), "review_question_wording", ["question_id"], unique=False
    )
    op.create_table(
        "room_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "admitted",
                "turned away",
                "removed",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("captions", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_room_entry_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_room_entry_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_entry")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_room_entry_meeting_id_person_id")),
    )
    op.create_index(op.f("ix_room_entry_meeting_id"), "room_entry", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_room_entry_person_id"), "room_entry", ["person_id"], unique=False)
    op.create_table(
        "session_speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (name <> '')", name=op.f("ck_session_speaker_person_or_name")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_speaker_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_session_speaker_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_speaker")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_session_speaker_session_id_person_id")),
    )
    op.create_index(op.f("ix_session_speaker_person_id"), "session_speaker", ["person_id"], unique=False)
    op.create_index(op.f("ix_session_speaker_session_id"), "session_speaker", ["session_id"], unique=False)
    op.create_table(
        "session_star",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starred_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_star_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_session_star_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_star")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_session_star_session_id_person_id")),
    )
    op.create_index(op.f("ix_session_star_person_id"), "session_star", ["person_id"], unique=False)
    op.create_index(op.f("ix_session_star_session_id"), "session_star", ["session_id"], unique=False)
    op.create_table(
        "stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "open", "closed", name="stagestate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pitch_seconds", sa.Integer(), nullable=False),
        sa.Column("question_seconds", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chat", sa.Boolean(), nullable=False),
        sa.Column("questions_wait", sa.Boolean(), nullable=False),
        sa.Column("slow_seconds", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(length=500), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_stage_event_id")),
        sa.ForeignKeyConstraint(["room_id"], ["agenda_room.id"], name=op.f("fk_stage_room_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_stage_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stage_public_id")),
    )
    op.create_index(op.f("ix_stage_event_id"), "stage", ["event_id"], unique=False)
    op.create_index(op.f("ix_stage_room_id"), "stage", ["room_id"], unique=False)
    op.create_index(op.f("ix_stage_session_id"), "stage", ["session_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "final", name="submissionstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("counts_for_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("text", sa.String(length=20000), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("video", sa.String(length=300), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("imported_as", sa.String(length=300), nullable=False),
        sa.Column("searchable", sa.String(length=30000), nullable=False),
        sa.Column("gallery_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gallery_agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("gallery_hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["counts_for_id"], ["challenge.id"], name=op.f("fk_submission_counts_for_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_submission_event_id")),
        sa.ForeignKeyConstraint(
            ["gallery_agreed_by_id"], ["person.id"], name=op.f("fk_submission_gallery_agreed_by_id")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_submission_saved_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_submission_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_public_id")),
        sa.UniqueConstraint("team_id", name=op.f("uq_submission_team_id")),
    )
    op.create_index(op.f("ix_submission_counts_for_id"), "submission", ["counts_for_id"], unique=False)
    op.create_index(op.f("ix_submission_event_id"), "submission", ["event_id"], unique=False)
    op.create_index(op.f("ix_submission_imported_as"), "submission", ["imported_as"], unique=False)
    op.create_table(
        "team_intervention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "what",
            sa.Enum("put in", "taken out", name="intervened", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_team_intervention_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_intervention_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_intervention_person_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_team_intervention_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_intervention")),
    )
    op.create_index(op.f("ix_team_intervention_event_id"), "team_intervention", ["event_id"], unique=False)
    op.create_index(op.f("ix_team_intervention_person_id"), "team_intervention", ["person_id"], unique=False)
    op.create_index(op.f("ix_team_intervention_team_id"), "team_intervention", ["team_id"], unique=False)
    op.create_table(
        "team_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("invited_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_team_invitation_invited_by_id")),
        sa.ForeignKeyConstraint(["invited_id"], ["person.id"], name=op.f("fk_team_invitation_invited_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_invitation_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_invitation_public_id")),
        sa.UniqueConstraint("team_id", "email", name=op.f("uq_team_invitation_team_id_email")),
    )
    op.create_index(op.f("ix_team_invitation_team_id"), "team_invitation", ["team_id"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_member_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_member_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_member")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_team_member_event_id_person_id")),
    )
    op.create_index(op.f("ix_team_member_event_id"), "team_member", ["event_id"], unique=False)
    op.create_index(op.f("ix_team_member_person_id"), "team_member", ["person_id"], unique=False)
    op.create_index(op.f("ix_team_member_team_id"), "team_member", ["team_id"], unique=False)
    op.create_index(
        "uq_team_member_team_id",
        "team_member",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("leads"),
        postgresql_where=sa.text("leads"),
    )
    op.create_table(
        "team_mentor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_mentor_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_mentor_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_mentor_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_mentor")),
        sa.UniqueConstraint("team_id", "person_id", name=op.f("uq_team_mentor_team_id_person_id")),
    )
    op.create_index(op.f("ix_team_mentor_event_id"), "team_mentor", ["event_id"], unique=False)
    op.create_index(op.f("ix_team_mentor_person_id"), "team_mentor", ["person_id"], unique=False)
    op.create_index(op.f("ix_team_mentor_team_id"), "team_mentor", ["team_id"], unique=False)
    op.create_table(
        "time_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stands_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_time_proposal_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_time_proposal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_time_proposal_public_id")),
    )
    op.create_index(op.f("ix_time_proposal_meeting_id"), "time_proposal", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_time_proposal_person_id"), "time_proposal", ["person_id"], unique=False)
    op.create_table(
        "unplaced",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "no_common_slot",
                "veto",
                "limit",
                "fully_booked",
                "tables_full",
                "order",
                "breaks",
                "displaced",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_unplaced_event_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_unplaced_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_unplaced_meeting_id")),
    )
    op.create_index(op.f("ix_unplaced_event_id"), "unplaced", ["event_id"], unique=False)
    op.create_table(
        "call_fate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column(
            "fate",
            sa.Enum(
                "invited",
                "not invited",
                "funded",
                "reserve",
                "undecided",
                "below",
                name="fate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["result_id"], ["published_result.id"], name=op.f("fk_call_fate_result_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_call_fate_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_call_fate_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_fate")),
        sa.UniqueConstraint("round_id", "submission_id", name=op.f("uq_call_fate_round_id_submission_id")),
    )
    op.create_index(op.f("ix_call_fate_round_id"), "call_fate", ["round_id"], unique=False)
    op.create_index(op.f("ix_call_fate_submission_id"), "call_fate", ["submission_id"], unique=False)
    op.create_table(
        "check_in_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_check_in_scan_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_check_in_scan_event_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_check_in_scan_registration_id")
        ),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_check_in_scan_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_scan")),
        sa.UniqueConstraint("event_id", "scan_id", name=op.f("uq_check_in_scan_event_id_scan_id")),
    )
    op.create_index(op.f("ix_check_in_scan_event_id"), "check_in_scan", ["event_id"], unique=False)
    op.create_index(op.f("ix_check_in_scan_registration_id"), "check_in_scan", ["registration_id"], unique=False)
    op.create_index(
        "uq_check_in_scan_registration_id",
        "check_in_scan",
        ["registration_id"],
        unique=True,
        sqlite_where=sa.text("counts AND undone_at IS NULL"),
        postgresql_where=sa.text("counts AND undone_at IS NULL"),
    )
    op.create_table(
        "consensus_dissent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_consensus_dissent_noted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consensus_dissent_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_consensus_dissent_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_consensus_dissent_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus_dissent")),
    )
    op.create_index(op.f("ix_consensus_dissent_person_id"), "consensus_dissent", ["person_id"], unique=False)
    op.create_index(op.f("ix_consensus_dissent_round_id"), "consensus_dissent", ["round_id"], unique=False)
    op.create_index(op.f("ix_consensus_dissent_submission_id"), "consensus_dissent", ["submission_id"], unique=False)
    op.create_table(
        "consensus_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_consensus_note_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_consensus_note_submission_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_consensus_note_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus_note")),
    )
    op.create_index(op.f("ix_consensus_note_round_id"), "consensus_note", ["round_id"], unique=False)
    op.create_index(op.f("ix_consensus_note_submission_id"), "consensus_note", ["submission_id"], unique=False)
    op.create_table(
        "consensus_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(length=4000), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_consensus_report_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_consensus_report_submission_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_consensus_report_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus_report")),
        sa.UniqueConstraint(
            "round_id", "submission_id", "number", name=op.f("uq_consensus_report_round_id_submission_id_number")
        ),
    )
    op.create_index(op.f("ix_consensus_report_round_id"), "consensus_report", ["round_id"], unique=False)
    op.create_index(op.f("ix_consensus_report_submission_id"), "consensus_report", ["submission_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_consent_registration_id")),
        sa.ForeignKeyConstraint(["text_id"], ["consent_text.id"], name=op.f("fk_consent_text_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_registration_id"), "consent", ["registration_id"], unique=False)
    op.create_table(
        "declared_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["declared_by_id"], ["person.id"], name=op.f("fk_declared_conflict_declared_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_declared_conflict_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declared_conflict_person_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_declared_conflict_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_conflict")),
        sa.UniqueConstraint("public_id", name=op.f("uq_declared_conflict_public_id")),
        sa.UniqueConstraint("submission_id", "person_id", name=op.f("uq_declared_conflict_submission_id_person_id")),
    )
    op.create_index(op.f("ix_declared_conflict_event_id"), "declared_conflict", ["event_id"], unique=False)
    op.create_index(op.f("ix_declared_conflict_person_id"), "declared_conflict", ["person_id"], unique=False)
    op.create_index(op.f("ix_declared_conflict_submission_id"), "declared_conflict", ["submission_id"], unique=False)
    op.create_table(
        "finding_response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "response",
            sa.Enum(
                "none",
                "accept",
                "adapt",
                "reject",
                name="response",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=4000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_response_by_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["review_finding.id"], name=op.f("fk_finding_response_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_response")),
        sa.UniqueConstraint("finding_id", "number", name=op.f("uq_finding_response_finding_id_number")),
    )
    op.create_index(op.f("ix_finding_response_by_id"), "finding_response", ["by_id"], unique=False)
    op.create_index(op.f("ix_finding_response_finding_id"), "finding_response", ["finding_id"], unique=False)
    op.create_table(
        "item_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(submission_id IS NULL) <> (challenge_id IS NULL)", name=op.f("ck_item_source_one_source")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_item_source_challenge_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_source_item_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_item_source_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_source")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_item_source_challenge_id")),
        sa.UniqueConstraint("item_id", name=op.f("uq_item_source_item_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_item_source_submission_id")),
    )
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=600), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "agreed",
                "turned down",
                "taken back",
                "expired",
                name="joinrequeststate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_join_request_answered_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_join_request_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_join_request_person_id")),
        sa.ForeignKeyConstraint(
            ["role_id"], ["open_role.id"], name=op.f("fk_join_request_role_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_join_request_team_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_join_request_public_id")),
    )
    op.create_index(op.f("ix_join_request_event_id"), "join_request", ["event_id"], unique=False)
    op.create_index(op.f("ix_join_request_person_id"), "join_request", ["person_id"], unique=False)
    op.create_index(op.f("ix_join_request_role_id"), "join_request", ["role_id"], unique=False)
    op.create_index(
        "uq_join_request_team_id_person_id",
        "join_request",
        ["team_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "judging_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("rapporteur", sa.Boolean(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_judging_assignment_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_judging_assignment_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_judging_assignment_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_assignment")),
        sa.UniqueConstraint(
            "round_id",
            "person_id",
            "submission_id",
            name=op.f("uq_judging_assignment_round_id_person_id_submission_id"),
        ),
    )
    op.create_index(op.f("ix_judging_assignment_person_id"), "judging_assignment", ["person_id"], unique=False)
    op.create_index(op.f("ix_judging_assignment_round_id"), "judging_assignment", ["round_id"], unique=False)
    op.create_index(op.f("ix_judging_assignment_submission_id"), "judging_assignment", ["submission_id"], unique=False)
    op.create_table(
        "judging_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "broken",
                "rules",
                "copied",
                "offensive",
                "other",
                name="flagreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_judging_flag_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_judging_flag_round_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_judging_flag_settled_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_judging_flag_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_flag")),
        sa.UniqueConstraint("person_id", "client_id", name=op.f("uq_judging_flag_person_id_client_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_judging_flag_public_id")),
    )
    op.create_index(op.f("ix_judging_flag_person_id"), "judging_flag", ["person_id"], unique=False)
    op.create_index(op.f("ix_judging_flag_round_id"), "judging_flag", ["round_id"], unique=False)
    op.create_index(op.f("ix_judging_flag_submission_id"), "judging_flag", ["submission_id"], unique=False)
    op.create_table(
        "live_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("minutes_after", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_live_round_round_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_live_round_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_round")),
        sa.UniqueConstraint("stage_id", name=op.f("uq_live_round_stage_id")),
    )
    op.create_index(op.f("ix_live_round_round_id"), "live_round", ["round_id"], unique=False)
    op.create_table(
        "mentoring_attendee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mentoring_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mentoring_id"], ["mentoring.id"], name=op.f("fk_mentoring_attendee_mentoring_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mentoring_attendee_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring_attendee")),
        sa.UniqueConstraint("mentoring_id", "person_id", name=op.f("uq_mentoring_attendee_mentoring_id_person_id")),
    )
    op.create_index(op.f("ix_mentoring_attendee_mentoring_id"), "mentoring_attendee", ["mentoring_id"], unique=False)
    op.create_index(op.f("ix_mentoring_attendee_person_id"), "mentoring_attendee", ["person_id"], unique=False)
    op.create_table(
        "networking_partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("networking_id", sa.Integer(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["networking_id"], ["networking.id"], name=op.f("fk_networking_partner_networking_id")),
        sa.ForeignKeyConstraint(["pair_id"], ["networking_pair.id"], name=op.f("fk_networking_partner_pair_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_networking_partner_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_networking_partner")),
        sa.UniqueConstraint("pair_id", "person_id", name=op.f("uq_networking_partner_pair_id_person_id")),
    )
    op.create_index(op.f("ix_networking_partner_networking_id"), "networking_partner", ["networking_id"], unique=False)
    op.create_index(op.f("ix_networking_partner_pair_id"), "networking_partner", ["pair_id"], unique=False)
    op.create_index(op.f("ix_networking_partner_person_id"), "networking_partner", ["person_id"], unique=False)
    op.create_table(
        "pitch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "on stage",
                "done",
                "cancelled",
                name="pitchstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_pitch_event_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_pitch_stage_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_pitch_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pitch_public_id")),
        sa.UniqueConstraint("stage_id", "submission_id", name=op.f("uq_pitch_stage_id_submission_id")),
    )
    op.create_index(op.f("ix_pitch_event_id"), "pitch", ["event_id"], unique=False)
    op.create_index(op.f("ix_pitch_stage_id"), "pitch", ["stage_id"], unique=False)
    op.create_index(op.f("ix_pitch_submission_id"), "pitch", ["submission_id"], unique=False)
    op.create_index(
        "uq_pitch_stage_id",
        "pitch",
        ["stage_id"],
        unique=True,
        sqlite_where=sa.text("state = 'on stage'"),
        postgresql_where=sa.text("state = 'on stage'"),
    )
    op.create_table(
        "prize_award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prize_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("awarded_by_id", sa.Integer(), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["awarded_by_id"], ["person.id"], name=op.f("fk_prize_award_awarded_by_id")),
        sa.ForeignKeyConstraint(["prize_id"], ["prize.id"], name=op.f("fk_prize_award_prize_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_prize_award_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prize_award")),
        sa.UniqueConstraint("prize_id", "submission_id", name=op.f("uq_prize_award_prize_id_submission_id")),
    )
    op.create_index(op.f("ix_prize_award_prize_id"), "prize_award", ["prize_id"], unique=False)
    op.create_index(op.f("ix_prize_award_submission_id"), "prize_award", ["submission_id"], unique=False)
    op.create_table(
        "proposed_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("proposed_team_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "asked",
                "accepted",
                "declined",
                "joined",
                "lapsed",
                name="placestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("why_left", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_proposed_place_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proposed_place_person_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["team_proposal.id"], name=op.f("fk_proposed_place_proposal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_team_id"],
            ["proposed_team.id"],
            name=op.f("fk_proposed_place_proposed_team_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_place")),
        sa.UniqueConstraint("proposal_id", "person_id", name=op.f("uq_proposed_place_proposal_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposed_place_public_id")),
    )
    op.create_index(op.f("ix_proposed_place_event_id"), "proposed_place", ["event_id"], unique=False)
    op.create_index(op.f("ix_proposed_place_person_id"), "proposed_place", ["person_id"], unique=False)
    op.create_index(op.f("ix_proposed_place_proposal_id"), "proposed_place", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_proposed_place_proposed_team_id"), "proposed_place", ["proposed_team_id"], unique=False)
    op.create_index(
        "uq_proposed_place_event_id_person_id",
        "proposed_place",
        ["event_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'accepted')"),
        postgresql_where=sa.text("state IN ('asked', 'accepted')"),
    )
    op.create_table(
        "raised_hand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("up", "speaking", name="handstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_raised_hand_person_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_raised_hand_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raised_hand")),
        sa.UniqueConstraint("public_id", name=op.f("uq_raised_hand_public_id")),
        sa.UniqueConstraint("stage_id", "person_id", name=op.f("uq_raised_hand_stage_id_person_id")),
    )
    op.create_index(op.f("ix_raised_hand_person_id"), "raised_hand", ["person_id"], unique=False)
    op.create_index(op.f("ix_raised_hand_stage_id"), "raised_hand", ["stage_id"], unique=False)
    op.create_table(
        "redress_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "upheld",
                "no effect",
                "dismissed",
                name="redressverdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("decision", sa.String(length=4000), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_redress_request_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_redress_request_decided_by_id")),
        sa.ForeignKeyConstraint(["result_id"], ["published_result.id"], name=op.f("fk_redress_request_result_id")),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_redress_request_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_redress_request_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redress_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_redress_request_public_id")),
        sa.UniqueConstraint(
            "round_id", "submission_id", "result_id", name=op.f("uq_redress_request_round_id_submission_id_result_id")
        ),
    )
    op.create_index(op.f("ix_redress_request_round_id"), "redress_request", ["round_id"], unique=False)
    op.create_index(op.f("ix_redress_request_submission_id"), "redress_request", ["submission_id"], unique=False)
    op.create_table(
        "registration_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_registration_file_file_id")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["registration_question.id"], name=op.f("fk_registration_file_question_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_file_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_file")),
        sa.UniqueConstraint(
            "registration_id", "question_id", name=op.f("uq_registration_file_registration_id_question_id")
        ),
    )
    op.create_index(op.f("ix_registration_file_file_id"), "registration_file", ["file_id"], unique=False)
    op.create_index(
        op.f("ix_registration_file_registration_id"), "registration_file", ["registration_id"], unique=False
    )
    op.create_table(
        "released_speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("released_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_released_speaker_person_id")),
        sa.ForeignKeyConstraint(["released_id"], ["released_session.id"], name=op.f("fk_released_speaker_released_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_speaker")),
        sa.UniqueConstraint("released_id", "person_id", name=op.f("uq_released_speaker_released_id_person_id")),
    )
    op.create_index(op.f("ix_released_speaker_person_id"), "released_speaker", ["person_id"], unique=False)
    op.create_index(op.f("ix_released_speaker_released_id"), "released_speaker", ["released_id"], unique=False)
    op.create_table(
        "report_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("chapter_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "finding", "lesson", "quotation", name="itemkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chapter_id"], ["report_chapter.id"], name=op.f("fk_report_item_chapter_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_item_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_item_public_id")),
        sa.UniqueConstraint("report_id", "kind", "subject_id", name=op.f("uq_report_item_report_id_kind_subject_id")),
    )
    op.create_index(op.f("ix_report_item_chapter_id"), "report_item", ["chapter_id"], unique=False)
    op.create_index(op.f("ix_report_item_report_id"), "report_item", ["report_id"], unique=False)
    op.create_table(
        "review_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=2000), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in work",
                "done",
                "dropped",
                name="actionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("proof", sa.String(length=2000), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["review_finding.id"], name=op.f("fk_review_action_finding_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_review_action_owner_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["stored_file.id"], name=op.f("fk_review_action_proof_id")),
        sa.ForeignKeyConstraint(["review_id"], ["peer_review.id"], name=op.f("fk_review_action_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_action")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_action_public_id")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_review_action_review_id_number")),
    )
    op.create_index(op.f("ix_review_action_finding_id"), "review_action", ["finding_id"], unique=False)
    op.create_index(op.f("ix_review_action_owner_id"), "review_action", ["owner_id"], unique=False)
    op.create_index(op.f("ix_review_action_review_id"), "review_action", ["review_id"], unique=False)
    op.create_table(
        "review_dot_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["review_finding.id"], name=op.f("fk_review_dot_choice_finding_id")),
        sa.ForeignKeyConstraint(["vote_id"], ["review_dot_vote.id"], name=op.f("fk_review_dot_choice_vote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_dot_choice")),
        sa.UniqueConstraint("vote_id", "number", name=op.f("uq_review_dot_choice_vote_id_number")),
    )
    op.create_index(op.f("ix_review_dot_choice_finding_id"), "review_dot_choice", ["finding_id"], unique=False)
    op.create_index(op.f("ix_review_dot_choice_vote_id"), "review_dot_choice", ["vote_id"], unique=False)
    op.create_table(
        "review_finding_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["review_finding.id"], name=op.f("fk_review_finding_version_finding_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_finding_version_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_finding_version")),
        sa.UniqueConstraint("finding_id", "version", name=op.f("uq_review_finding_version_finding_id_version")),
    )
    op.create_index(
        op.f("ix_review_finding_version_finding_id"), "review_finding_version", ["finding_id"], unique=False
    )
    op.create_index(op.f("ix_review_finding_version_person_id"), "review_finding_version", ["person_id"], unique=False)
    op.create_table(
        "round_submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_screening", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["judging_round.id"], name=op.f("fk_round_submission_round_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_round_submission_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_submission")),
        sa.UniqueConstraint("public_id", name=op.f("uq_round_submission_public_id")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_round_submission_round_id_number")),
        sa.UniqueConstraint("round_id", "submission_id", name=op.f("uq_round_submission_round_id_submission_id")),
    )
    op.create_index(op.f("ix_round_submission_round_id"), "round_submission", ["round_id"], unique=False)
    op.create_index(op.f("ix_round_submission_submission_id"), "round_submission", ["submission_id"], unique=False)
    op.create_table(
        "screening_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_assignment_person_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screening_assignment_screening_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_screening_assignment_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_assignment")),
        sa.UniqueConstraint(
            "screening_id",
            "person_id",
            "submission_id",
            name=op.f("uq_screening_assignment_screening_id_person_id_submission_id"),
        ),
    )
    op.create_index(op.f("ix_screening_assignment_person_id"), "screening_assignment", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_screening_assignment_screening_id"), "screening_assignment", ["screening_id"], unique=False
    )
    op.create_index(
        op.f("ix_screening_assignment_submission_id"), "screening_assignment", ["submission_id"], unique=False
    )
    op.create_table(
        "screening_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_screening_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screening_decision_screening_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_screening_decision_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decision")),
    )
    op.create_index(op.f("ix_screening_decision_screening_id"), "screening_decision", ["screening_id"], unique=False)
    op.create_index(op.f("ix_screening_decision_submission_id"), "screening_decision", ["submission_id"], unique=False)
    op.create_table(
        "screening_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "eligible",
                "not eligible",
                "unsure",
                "undone",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_screening_verdict_person_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screening_verdict_screening_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_screening_verdict_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_verdict")),
        sa.UniqueConstraint("person_id", "client_id", name=op.f("uq_screening_verdict_person_id_client_id")),
        sa.UniqueConstraint(
            "screening_id",
            "person_id",
            "submission_id",
            "number",
            name=op.f("uq_screening_verdict_screening_id_person_id_submission_id_number"),
        ),
    )
    op.create_index(op.f("ix_screening_verdict_person_id"), "screening_verdict", ["person_id"], unique=False)
    op.create_index(op.f("ix_screening_verdict_screening_id"), "screening_verdict", ["screening_id"], unique=False)
    op.create_index(op.f("ix_screening_verdict_submission_id"), "screening_verdict", ["submission_id"], unique=False)
    op.create_table(
        "screening_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_eligible", sa.Boolean(), nullable=True),
        sa.Column("told_reason", sa.String(length=4010), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_screening_work_screening_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_screening_work_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_work")),
        sa.UniqueConstraint("public_id", name=op.f("uq_screening_work_public_id")),
        sa.UniqueConstraint("screening_id", "submission_id", name=op.f("uq_screening_work_screening_id_submission_id")),
    )
    op.create_index(op.f("ix_screening_work_screening_id"), "screening_work", ["screening_id"], unique=False)
    op.create_index(op.f("ix_screening_work_submission_id"), "screening_work", ["submission_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("mentoring_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("table_id", sa.Integer(), nullable=True),
        sa.Column("atom", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(meeting_id IS NULL) <> (mentoring_id IS NULL)", name=op.f("ck_seat_meeting_or_mentoring")),
        sa.CheckConstraint("(person_id IS NULL) <> (table_id IS NULL)", name=op.f("ck_seat_person_or_table")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_seat_meeting_id")),
        sa.ForeignKeyConstraint(["mentoring_id"], ["mentoring.id"], name=op.f("fk_seat_mentoring_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.ForeignKeyConstraint(["table_id"], ["meeting_table.id"], name=op.f("fk_seat_table_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("person_id", "atom", name=op.f("uq_seat_person_id_atom")),
        sa.UniqueConstraint("table_id", "atom", name=op.f("uq_seat_table_id_atom")),
    )
    op.create_index(op.f("ix_seat_meeting_id"), "seat", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_seat_mentoring_id"), "seat", ["mentoring_id"], unique=False)
    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("particulars", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_change_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
        sa.UniqueConstraint("stage_id", "number", name=op.f("uq_stage_change_stage_id_number")),
    )
    op.create_index(op.f("ix_stage_change_stage_id"), "stage_change", ["stage_id"], unique=False)
    op.create_table(
        "stage_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_pass_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_pass")),
        sa.UniqueConstraint("code", name=op.f("uq_stage_pass_code")),
    )
    op.create_index(op.f("ix_stage_pass_stage_id"), "stage_pass", ["stage_id"], unique=False)
    op.create_table(
        "stage_sanction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("silenced", "removed", name="sanctionkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stage_sanction_person_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_sanction_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_sanction")),
        sa.UniqueConstraint("stage_id", "person_id", "kind", name=op.f("uq_stage_sanction_stage_id_person_id_kind")),
    )
    op.create_index(op.f("ix_stage_sanction_person_id"), "stage_sanction", ["person_id"], unique=False)
    op.create_index(op.f("ix_stage_sanction_stage_id"), "stage_sanction", ["stage_id"], unique=False)
    op.create_table(
        "submission_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_submission_file_file_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_file_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_file")),
        sa.UniqueConstraint("submission_id", "file_id", name=op.f("uq_submission_file_submission_id_file_id")),
    )
    op.create_index(op.f("ix_submission_file_file_id"), "submission_file", ["file_id"], unique=False)
    op.create_index(op.f("ix_submission_file_submission_id"), "submission_file", ["submission_id"], unique=False)
    op.create_table(
        "submission_keyword",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("compared", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_keyword_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_keyword")),
        sa.UniqueConstraint("submission_id", "compared", name=op.f("uq_submission_keyword_submission_id_compared")),
    )
    op.create_index(op.f("ix_submission_keyword_compared"), "submission_keyword", ["compared"], unique=False)
    op.create_index(op.f("ix_submission_keyword_submission_id"), "submission_keyword", ["submission_id"], unique=False)
    op.create_table(
        "submission_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_entry_id", sa.Integer(), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_by_id", sa.Integer(), nullable=True),
        sa.Column("admitted_why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["admitted_by_id"], ["person.id"], name=op.f("fk_submission_version_admitted_by_id")),
        sa.ForeignKeyConstraint(["late_entry_id"], ["late_entry.id"], name=op.f("fk_submission_version_late_entry_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_version_person_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_version_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_version_public_id")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_submission_version_submission_id_number")),
    )
    op.create_index(op.f("ix_submission_version_submission_id"), "submission_version", ["submission_id"], unique=False)
    op.create_table(
        "action_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "call for hosts",
                "selection",
                "peers",
                "self-assessment",
                "desk notes",
                "agenda",
                "meeting",
                "feedback",
                "report",
                "response",
                "follow-up after 3 months",
                "follow-up after 6 months",
                "follow-up after 12 months",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in work",
                "done",
                "dropped",
                name="actionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["review_action.id"], name=op.f("fk_action_report_action_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_action_report_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_report")),
        sa.UniqueConstraint("action_id", "kind", name=op.f("uq_action_report_action_id_kind")),
    )
    op.create_index(op.f("ix_action_report_action_id"), "action_report", ["action_id"], unique=False)
    op.create_index(op.f("ix_action_report_by_id"), "action_report", ["by_id"], unique=False)
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("pitch_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=500), nullable=False),
        sa.Column(
            "state",
            sa.Enum("said", "hidden", name="messagestate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chat_message_person_id")),
        sa.ForeignKeyConstraint(["pitch_id"], ["pitch.id"], name=op.f("fk_chat_message_pitch_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_chat_message_session_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_chat_message_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_chat_message_public_id")),
    )
    op.create_index(op.f("ix_chat_message_person_id"), "chat_message", ["person_id"], unique=False)
    op.create_index(op.f("ix_chat_message_pitch_id"), "chat_message", ["pitch_id"], unique=False)
    op.create_index(op.f("ix_chat_message_session_id"), "chat_message", ["session_id"], unique=False)
    op.create_index(op.f("ix_chat_message_stage_id"), "chat_message", ["stage_id"], unique=False)
    op.create_table(
        "pass_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silenced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["pass_id"], ["stage_pass.id"], name=op.f("fk_pass_holder_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_holder")),
        sa.UniqueConstraint("digest", name=op.f("uq_pass_holder_digest")),
    )
    op.create_index(op.f("ix_pass_holder_pass_id"), "pass_holder", ["pass_id"], unique=False)
    op.create_table(
        "pitch_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pitch_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_pitch_wish_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pitch_wish_person_id")),
        sa.ForeignKeyConstraint(["pitch_id"], ["pitch.id"], name=op.f("fk_pitch_wish_pitch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_wish")),
        sa.UniqueConstraint("pitch_id", "person_id", name=op.f("uq_pitch_wish_pitch_id_person_id")),
    )
    op.create_index(op.f("ix_pitch_wish_meeting_id"), "pitch_wish", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_pitch_wish_person_id"), "pitch_wish", ["person_id"], unique=False)
    op.create_index(op.f("ix_pitch_wish_pitch_id"), "pitch_wish", ["pitch_id"], unique=False)
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("pitch_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="pollstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "results",
            sa.Enum("live", "closed", "held", name="results", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pitch_id"], ["pitch.id"], name=op.f("fk_poll_pitch_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_poll_session_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_poll_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("public_id", name=op.f("uq_poll_public_id")),
    )
    op.create_index(op.f("ix_poll_pitch_id"), "poll", ["pitch_id"], unique=False)
    op.create_index(op.f("ix_poll_session_id"), "poll", ["session_id"], unique=False)
    op.create_index(op.f("ix_poll_stage_id"), "poll", ["stage_id"], unique=False)
    op.create_table(
        "reaction_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("pitch_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "applause",
                "heart",
                "laugh",
                "idea",
                "agree",
                name="reactionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pitch_id"], ["pitch.id"], name=op.f("fk_reaction_count_pitch_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_reaction_count_session_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_reaction_count_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_count")),
    )
    op.create_index(op.f("ix_reaction_count_pitch_id"), "reaction_count", ["pitch_id"], unique=False)
    op.create_index(op.f("ix_reaction_count_session_id"), "reaction_count", ["session_id"], unique=False)
    op.create_index(op.f("ix_reaction_count_stage_id"), "reaction_count", ["stage_id"], unique=False)
    op.create_table(
        "review_dots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["choice_id"], ["review_dot_choice.id"], name=op.f("fk_review_dots_choice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_dots_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_dots")),
        sa.UniqueConstraint("choice_id", "person_id", name=op.f("uq_review_dots_choice_id_person_id")),
    )
    op.create_index(op.f("ix_review_dots_choice_id"), "review_dots", ["choice_id"], unique=False)
    op.create_index(op.f("ix_review_dots_person_id"), "review_dots", ["person_id"], unique=False)
    op.create_table(
        "poll_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_choice_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_choice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_poll_choice_public_id")),
    )
    op.create_index(op.f("ix_poll_choice_poll_id"), "poll_choice", ["poll_id"], unique=False)
    op.create_table(
        "stage_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("pitch_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(length=500), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "open",
                "answered",
                "hidden",
                name="stagequestionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["pass_holder.id"], name=op.f("fk_stage_question_holder_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stage_question_person_id")),
        sa.ForeignKeyConstraint(["pitch_id"], ["pitch.id"], name=op.f("fk_stage_question_pitch_id")),
        sa.ForeignKeyConstraint(["session_id"], ["agenda_session.id"], name=op.f("fk_stage_question_session_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_question_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stage_question_public_id")),
    )
    op.create_index(op.f("ix_stage_question_holder_id"), "stage_question", ["holder_id"], unique=False)
    op.create_index(op.f("ix_stage_question_person_id"), "stage_question", ["person_id"], unique=False)
    op.create_index(op.f("ix_stage_question_pitch_id"), "stage_question", ["pitch_id"], unique=False)
    op.create_index(op.f("ix_stage_question_session_id"), "stage_question", ["session_id"], unique=False)
    op.create_index(op.f("ix_stage_question_stage_id"), "stage_question", ["stage_id"], unique=False)
    op.create_table(
        "poll_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["choice_id"], ["poll_choice.id"], name=op.f("fk_poll_vote_choice_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["pass_holder.id"], name=op.f("fk_poll_vote_holder_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_poll_vote_person_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_vote_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_vote")),
        sa.UniqueConstraint("poll_id", "holder_id", name=op.f("uq_poll_vote_poll_id_holder_id")),
        sa.UniqueConstraint("poll_id", "person_id", name=op.f("uq_poll_vote_poll_id_person_id")),
    )
    op.create_index(op.f("ix_poll_vote_choice_id"), "poll_vote", ["choice_id"], unique=False)
    op.create_index(op.f("ix_poll_vote_holder_id"), "poll_vote", ["holder_id"], unique=False)
    op.create_index(op.f("ix_poll_vote_person_id"), "poll_vote", ["person_id"], unique=False)
    op.create_index(op.f("ix_poll_vote_poll_id"), "poll_vote", ["poll_id"], unique=False)
    op.create_table(
        "question_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["holder_id"], ["pass_holder.id"], name=op.f("fk_question_vote_holder_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_question_vote_person_id")),
        sa.ForeignKeyConstraint(["question_id"], ["stage_question.id"], name=op.f("fk_question_vote_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_vote")),
        sa.UniqueConstraint("question_id", "holder_id", name=op.f("uq_question_vote_question_id_holder_id")),
        sa.UniqueConstraint("question_id", "person_id", name=op.f("uq_question_vote_question_id_person_id")),
    )
    op.create_index(op.f("ix_question_vote_holder_id"), "question_vote", ["holder_id"], unique=False)
    op.create_index(op.f("ix_question_vote_person_id"), "question_vote", ["person_id"], unique=False)
    op.create_index(op.f("ix_question_vote_question_id"), "question_vote", ["question_id"], unique=False)
    op.create_table(
        "stage_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("waiting", "settled", name="reportstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["chat_message.id"], name=op.f("fk_stage_report_message_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stage_report_person_id")),
        sa.ForeignKeyConstraint(["question_id"], ["stage_question.id"], name=op.f("fk_stage_report_question_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_report_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_report")),
        sa.UniqueConstraint("message_id", "person_id", name=op.f("uq_stage_report_message_id_person_id")),
        sa.UniqueConstraint("question_id", "person_id", name=op.f("uq_stage_report_question_id_person_id")),
    )
    op.create_index(op.f("ix_stage_report_message_id"), "stage_report", ["message_id"], unique=False)
    op.create_index(op.f("ix_stage_report_person_id"), "stage_report", ["person_id"], unique=False)
    op.create_index(op.f("ix_stage_report_question_id"), "stage_report", ["question_id"], unique=False)
    op.create_index(op.f("ix_stage_report_stage_id"), "stage_report", ["stage_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_stage_report_stage_id"), table_name="stage_report")
    op.drop_index(op.f("ix_stage_report_question_id"), table_name="stage_report")
    op.drop_index(op.f("ix_stage_report_person_id"), table_name="stage_report")
    op.drop_index(op.f("ix_stage_report_message_id"), table_name="stage_report")
    op.drop_table("stage_report")
    op.drop_index(op.f("ix_question_vote_question_id"), table_name="question_vote")
    op.drop_index(op.f("ix_question_vote_person_id"), table_name="question_vote")
    op.drop_index(op.f("ix_question_vote_holder_id"), table_name="question_vote")
    op.drop_table("question_vote")
    op.drop_index(op.f("ix_poll_vote_poll_id"), table_name="poll_vote")
    op.drop_index(op.f("ix_poll_vote_person_id"), table_name="poll_vote")
    op.drop_index(op.f("ix_poll_vote_holder_id"), table_name="poll_vote")
    op.drop_index(op.f("ix_poll_vote_choice_id"), table_name="poll_vote")
    op.drop_table("poll_vote")
    op.drop_index(op.f("ix_stage_question_stage_id"), table_name="stage_question")
    op.drop_index(op.f("ix_stage_question_session_id"), table_name="stage_question")
    op.drop_index(op.f("ix_stage_question_pitch_id"), table_name="stage_question")
    op.drop_index(op.f("ix_stage_question_person_id"), table_name="stage_question")
    op.drop_index(op.f("ix_stage_question_holder_id"), table_name="stage_question")
    op.drop_table("stage_question")
    op.drop_index(op.f("ix_poll_choice_poll_id"), table_name="poll_choice")
    op.drop_table("poll_choice")
    op.drop_index(op.f("ix_review_dots_person_id"), table_name="review_dots")
    op.drop_index(op.f("ix_review_dots_choice_id"), table_name="review_dots")
    op.drop_table("review_dots")
    op.drop_index(op.f("ix_reaction_count_stage_id"), table_name="reaction_count")
    op.drop_index(op.f("ix_reaction_count_session_id"), table_name="reaction_count")
    op.drop_index(op.f("ix_reaction_count_pitch_id"), table_name="reaction_count")
    op.drop_table("reaction_count")
    op.drop_index(op.f("ix_poll_stage_id"), table_name="poll")
    op.drop_index(op.f("ix_poll_session_id"), table_name="poll")
    op.drop_index(op.f("ix_poll_pitch_id"), table_name="poll")
    op.drop_table("poll")
    op.drop_index(op.f("ix_pitch_wish_pitch_id"), table_name="pitch_wish")
    op.drop_index(op.f("ix_pitch_wish_person_id"), table_name="pitch_wish")
    op.drop_index(op.f("ix_pitch_wish_meeting_id"), table_name="pitch_wish")
    op.drop_table("pitch_wish")
    op.drop_index(op.f("ix_pass_holder_pass_id"), table_name="pass_holder")
    op.drop_table("pass_holder")
    op.drop_index(op.f("ix_chat_message_stage_id"), table_name="chat_message")
    op.drop_index(op.f("ix_chat_message_session_id"), table_name="chat_message")
    op.drop_index(op.f("ix_chat_message_pitch_id"), table_name="chat_message")
    op.drop_index(op.f("ix_chat_message_person_id"), table_name="chat_message")
    op.drop_table("chat_message")
    op.drop_index(op.f("ix_action_report_by_id"), table_name="action_report")
    op.drop_index(op.f("ix_action_report_action_id"), table_name="action_report")
    op.drop_table("action_report")
    op.drop_index(op.f("ix_submission_version_submission_id"), table_name="submission_version")
    op.drop_table("submission_version")
    op.drop_index(op.f("ix_submission_keyword_submission_id"), table_name="submission_keyword")
    op.drop_index(op.f("ix_submission_keyword_compared"), table_name="submission_keyword")
    op.drop_table("submission_keyword")
    op.drop_index(op.f("ix_submission_file_submission_id"), table_name="submission_file")
    op.drop_index(op.f("ix_submission_file_file_id"), table_name="submission_file")
    op.drop_table("submission_file")
    op.drop_index(op.f("ix_stage_sanction_stage_id"), table_name="stage_sanction")
    op.drop_index(op.f("ix_stage_sanction_person_id"), table_name="stage_sanction")
    op.drop_table("stage_sanction")
    op.drop_index(op.f("ix_stage_pass_stage_id"), table_name="stage_pass")
    op.drop_table("stage_pass")
    op.drop_index(op.f("ix_stage_change_stage_id"), table_name="stage_change")
    op.drop_table("stage_change")
    op.drop_index(op.f("ix_seat_mentoring_id"), table_name="seat")
    op.drop_index(op.f("ix_seat_meeting_id"), table_name="seat")
    op.drop_table("seat")
    op.drop_index(op.f("ix_screening_work_submission_id"), table_name="screening_work")
    op.drop_index(op.f("ix_screening_work_screening_id"), table_name="screening_work")
    op.drop_table("screening_work")
    op.drop_index(op.f("ix_screening_verdict_submission_id"), table_name="screening_verdict")
    op.drop_index(op.f("ix_screening_verdict_screening_id"), table_name="screening_verdict")
    op.drop_index(op.f("ix_screening_verdict_person_id"), table_name="screening_verdict")
    op.drop_table("screening_verdict")
    op.drop_index(op.f("ix_screening_decision_submission_id"), table_name="screening_decision")
    op.drop_index(op.f("ix_screening_decision_screening_id"), table_name="screening_decision")
    op.drop_table("screening_decision")
    op.drop_index(op.f("ix_screening_assignment_submission_id"), table_name="screening_assignment")
    op.drop_index(op.f("ix_screening_assignment_screening_id"), table_name="screening_assignment")
    op.drop_index(op.f("ix_screening_assignment_person_id"), table_name="screening_assignment")
    op.drop_table("screening_assignment")
    op.drop_index(op.f("ix_round_submission_submission_id"), table_name="round_submission")
    op.drop_index(op.f("ix_round_submission_round_id"), table_name="round_submission")
    op.drop_table("round_submission")
    op.drop_index(op.f("ix_review_finding_version_person_id"), table_name="review_finding_version")
    op.drop_index(op.f("ix_review_finding_version_finding_id"), table_name="review_finding_version")
    op.drop_table("review_finding_version")
    op.drop_index(op.f("ix_review_dot_choice_vote_id"), table_name="review_dot_choice")
    op.drop_index(op.f("ix_review_dot_choice_finding_id"), table_name="review_dot_choice")
    op.drop_table("review_dot_choice")
    op.drop_index(op.f("ix_review_action_review_id"), table_name="review_action")
    op.drop_index(op.f("ix_review_action_owner_id"), table_name="review_action")
    op.drop_index(op.f("ix_review_action_finding_id"), table_name="review_action")
    op.drop_table("review_action")
    op.drop_index(op.f("ix_report_item_report_id"), table_name="report_item")
    op.drop_index(op.f("ix_report_item_chapter_id"), table_name="report_item")
    op.drop_table("report_item")
    op.drop_index(op.f("ix_released_speaker_released_id"), table_name="released_speaker")
    op.drop_index(op.f("ix_released_speaker_person_id"), table_name="released_speaker")
    op.drop_table("released_speaker")
    op.drop_index(op.f("ix_registration_file_registration_id"), table_name="registration_file")
    op.drop_index(op.f("ix_registration_file_file_id"), table_name="registration_file")
    op.drop_table("registration_file")
    op.drop_index(op.f("ix_redress_request_submission_id"), table_name="redress_request")
    op.drop_index(op.f("ix_redress_request_round_id"), table_name="redress_request")
    op.drop_table("redress_request")
    op.drop_index(op.f("ix_raised_hand_stage_id"), table_name="raised_hand")
    op.drop_index(op.f("ix_raised_hand_person_id"), table_name="raised_hand")
    op.drop_table("raised_hand")
    op.drop_index(
        "uq_proposed_place_event_id_person_id",
        table_name="proposed_place",
        sqlite_where=sa.text("state IN ('asked', 'accepted')"),
        postgresql_where=sa.text("state IN ('asked', 'accepted')"),
    )
    op.drop_index(op.f("ix_proposed_place_proposed_team_id"), table_name="proposed_place")
    op.drop_index(op.f("ix_proposed_place_proposal_id"), table_name="proposed_place")
    op.drop_index(op.f("ix_proposed_place_person_id"), table_name="proposed_place")
    op.drop_index(op.f("ix_proposed_place_event_id"), table_name="proposed_place")
    op.drop_table("proposed_place")
    op.drop_index(op.f("ix_prize_award_submission_id"), table_name="prize_award")
    op.drop_index(op.f("ix_prize_award_prize_id"), table_name="prize_award")
    op.drop_table("prize_award")
    op.drop_index(
        "uq_pitch_stage_id",
        table_name="pitch",
        sqlite_where=sa.text("state = 'on stage'"),
        postgresql_where=sa.text("state = 'on stage'"),
    )
    op.drop_index(op.f("ix_pitch_submission_id"), table_name="pitch")
    op.drop_index(op.f("ix_pitch_stage_id"), table_name="pitch")
    op.drop_index(op.f("ix_pitch_event_id"), table_name="pitch")
    op.drop_table("pitch")
    op.drop_index(op.f("ix_networking_partner_person_id"), table_name="networking_partner")
    op.drop_index(op.f("ix_networking_partner_pair_id"), table_name="networking_partner")
    op.drop_index(op.f("ix_networking_partner_networking_id"), table_name="networking_partner")
    op.drop_table("networking_partner")
    op.drop_index(op.f("ix_mentoring_attendee_person_id"), table_name="mentoring_attendee")
    op.drop_index(op.f("ix_mentoring_attendee_mentoring_id"), table_name="mentoring_attendee")
    op.drop_table("mentoring_attendee")
    op.drop_index(op.f("ix_live_round_round_id"), table_name="live_round")
    op.drop_table("live_round")
    op.drop_index(op.f("ix_judging_flag_submission_id"), table_name="judging_flag")
    op.drop_index(op.f("ix_judging_flag_round_id"), table_name="judging_flag")
    op.drop_index(op.f("ix_judging_flag_person_id"), table_name="judging_flag")
    op.drop_table("judging_flag")
    op.drop_index(op.f("ix_judging_assignment_submission_id"), table_name="judging_assignment")
    op.drop_index(op.f("ix_judging_assignment_round_id"), table_name="judging_assignment")
    op.drop_index(op.f("ix_judging_assignment_person_id"), table_name="judging_assignment")
    op.drop_table("judging_assignment")
    op.drop_index(
        "uq_join_request_team_id_person_id",
        table_name="join_request",
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_index(op.f("ix_join_request_role_id"), table_name="join_request")
    op.drop_index(op.f("ix_join_request_person_id"), table_name="join_request")
    op.drop_index(op.f("ix_join_request_event_id"), table_name="join_request")
    op.drop_table("join_request")
    op.drop_table("item_source")
    op.drop_index(op.f("ix_finding_response_finding_id"), table_name="finding_response")
    op.drop_index(op.f("ix_finding_response_by_id"), table_name="finding_response")
    op.drop_table("finding_response")
    op.drop_index(op.f("ix_declared_conflict_submission_id"), table_name="declared_conflict")
    op.drop_index(op.f("ix_declared_conflict_person_id"), table_name="declared_conflict")
    op.drop_index(op.f("ix_declared_conflict_event_id"), table_name="declared_conflict")
    op.drop_table("declared_conflict")
    op.drop_index(op.f("ix_consent_registration_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_consensus_report_submission_id"), table_name="consensus_report")
    op.drop_index(op.f("ix_consensus_report_round_id"), table_name="consensus_report")
    op.drop_table("consensus_report")
    op.drop_index(op.f("ix_consensus_note_submission_id"), table_name="consensus_note")
    op.drop_index(op.f("ix_consensus_note_round_id"), table_name="consensus_note")
    op.drop_table("consensus_note")
    op.drop_index(op.f("ix_consensus_dissent_submission_id"), table_name="consensus_dissent")
    op.drop_index(op.f("ix_consensus_dissent_round_id"), table_name="consensus_dissent")
    op.drop_index(op.f("ix_consensus_dissent_person_id"), table_name="consensus_dissent")
    op.drop_table("consensus_dissent")
    op.drop_index(
        "uq_check_in_scan_registration_id",
        table_name="check_in_scan",
        sqlite_where=sa.text("counts AND undone_at IS NULL"),
        postgresql_where=sa.text("counts AND undone_at IS NULL"),
    )
    op.drop_index(op.f("ix_check_in_scan_registration_id"), table_name="check_in_scan")
    op.drop_index(op.f("ix_check_in_scan_event_id"), table_name="check_in_scan")
    op.drop_table("check_in_scan")
    op.drop_index(op.f("ix_call_fate_submission_id"), table_name="call_fate")
    op.drop_index(op.f("ix_call_fate_round_id"), table_name="call_fate")
    op.drop_table("call_fate")
    op.drop_index(op.f("ix_unplaced_event_id"), table_name="unplaced")
    op.drop_table("unplaced")
    op.drop_index(op.f("ix_time_proposal_person_id"), table_name="time_proposal")
    op.drop_index(op.f("ix_time_proposal_meeting_id"), table_name="time_proposal")
    op.drop_table("time_proposal")
    op.drop_index(op.f("ix_team_mentor_team_id"), table_name="team_mentor")
    op.drop_index(op.f("ix_team_mentor_person_id"), table_name="team_mentor")
    op.drop_index(op.f("ix_team_mentor_event_id"), table_name="team_mentor")
    op.drop_table("team_mentor")
    op.drop_index(
        "uq_team_member_team_id",
        table_name="team_member",
        sqlite_where=sa.text("leads"),
        postgresql_where=sa.text("leads"),
    )
    op.drop_index(op.f("ix_team_member_team_id"), table_name="team_member")
    op.drop_index(op.f("ix_team_member_person_id"), table_name="team_member")
    op.drop_index(op.f("ix_team_member_event_id"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_index(op.f("ix_team_invitation_team_id"), table_name="team_invitation")
    op.drop_table("team_invitation")
    op.drop_index(op.f("ix_team_intervention_team_id"), table_name="team_intervention")
    op.drop_index(op.f("ix_team_intervention_person_id"), table_name="team_intervention")
    op.drop_index(op.f("ix_team_intervention_event_id"), table_name="team_intervention")
    op.drop_table("team_intervention")
    op.drop_index(op.f("ix_submission_imported_as"), table_name="submission")
    op.drop_index(op.f("ix_submission_event_id"), table_name="submission")
    op.drop_index(op.f("ix_submission_counts_for_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_index(op.f("ix_stage_session_id"), table_name="stage")
    op.drop_index(op.f("ix_stage_room_id"), table_name="stage")
    op.drop_index(op.f("ix_stage_event_id"), table_name="stage")
    op.drop_table("stage")
    op.drop_index(op.f("ix_session_star_session_id"), table_name="session_star")
    op.drop_index(op.f("ix_session_star_person_id"), table_name="session_star")
    op.drop_table("session_star")
    op.drop_index(op.f("ix_session_speaker_session_id"), table_name="session_speaker")
    op.drop_index(op.f("ix_session_speaker_person_id"), table_name="session_speaker")
    op.drop_table("session_speaker")
    op.drop_index(op.f("ix_room_entry_person_id"), table_name="room_entry")
    op.drop_index(op.f("ix_room_entry_meeting_id"), table_name="room_entry")
    op.drop_table("room_entry")
    op.drop_index(op.f("ix_review_question_wording_question_id"), table_name="review_question_wording")
    op.drop_table("review_question_wording")
    op.drop_index(op.f("ix_review_part_review_id"), table_name="review_part")
    op.drop_index(op.f("ix_review_part_question_id"), table_name="review_part")
    op.drop_index(op.f("ix_review_part_day_id"), table_name="review_part")
    op.drop_table("review_part")
    op.drop_index(op.f("ix_review_finding_written_by_id"), table_name="review_finding")
    op.drop_index(op.f("ix_review_finding_review_id"), table_name="review_finding")
    op.drop_index(op.f("ix_review_finding_question_id"), table_name="review_finding")
    op.drop_index(op.f("ix_review_finding_practice_by_id"), table_name="review_finding")
    op.drop_table("review_finding")
    op.drop_index(op.f("ix_review_file_review_id"), table_name="review_file")
    op.drop_index(op.f("ix_review_file_file_id"), table_name="review_file")
    op.drop_index(op.f("ix_review_file_application_id"), table_name="review_file")
    op.drop_table("review_file")
    op.drop_index(op.f("ix_review_board_update_person_id"), table_name="review_board_update")
    op.drop_index(op.f("ix_review_board_update_board_id"), table_name="review_board_update")
    op.drop_table("review_board_update")
    op.drop_index(op.f("ix_rest_offer_missed_id"), table_name="rest_offer")
    op.drop_index(op.f("ix_rest_offer_meeting_id"), table_name="rest_offer")
    op.drop_table("rest_offer")
    op.drop_index(op.f("ix_report_version_report_id"), table_name="report_version")
    op.drop_index(op.f("ix_report_version_decided_by_id"), table_name="report_version")
    op.drop_index(op.f("ix_report_version_author_id"), table_name="report_version")
    op.drop_table("report_version")
    op.drop_index(op.f("ix_report_chapter_report_id"), table_name="report_chapter")
    op.drop_table("report_chapter")
    op.drop_index(op.f("ix_released_session_session_id"), table_name="released_session")
    op.drop_index(op.f("ix_released_session_release_id"), table_name="released_session")
    op.drop_table("released_session")
    op.drop_index(op.f("ix_registration_person_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_organisation_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_event_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_desk_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_code_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_asked_organisation_id"), table_name="registration")
    op.drop_table("registration")
    op.drop_index(op.f("ix_proposed_team_team_id"), table_name="proposed_team")
    op.drop_index(op.f("ix_proposed_team_proposal_id"), table_name="proposed_team")
    op.drop_index(op.f("ix_proposed_team_event_id"), table_name="proposed_team")
    op.drop_index(op.f("ix_proposed_team_challenge_id"), table_name="proposed_team")
    op.drop_table("proposed_team")
    op.drop_index(op.f("ix_progress_entry_person_id"), table_name="progress_entry")
    op.drop_index(op.f("ix_progress_entry_event_id"), table_name="progress_entry")
    op.drop_index(op.f("ix_progress_entry_checkpoint_id"), table_name="progress_entry")
    op.drop_table("progress_entry")
    op.drop_index(op.f("ix_open_role_team_id"), table_name="open_role")
    op.drop_index(op.f("ix_open_role_event_id"), table_name="open_role")
    op.drop_table("open_role")
    op.drop_index(op.f("ix_networking_pair_round_id"), table_name="networking_pair")
    op.drop_index(op.f("ix_networking_pair_networking_id"), table_name="networking_pair")
    op.drop_table("networking_pair")
    op.drop_index(op.f("ix_mentoring_team_id"), table_name="mentoring")
    op.drop_index(op.f("ix_mentoring_mentor_id"), table_name="mentoring")
    op.drop_index(op.f("ix_mentoring_hours_id"), table_name="mentoring")
    op.drop_index("ix_mentoring_event_id_starts_at", table_name="mentoring")
    op.drop_index(op.f("ix_mentoring_event_id"), table_name="mentoring")
    op.drop_table("mentoring")
    op.drop_index(op.f("ix_meeting_visit_person_id"), table_name="meeting_visit")
    op.drop_index("ix_meeting_visit_meeting_id_left_at", table_name="meeting_visit")
    op.drop_table("meeting_visit")
    op.drop_table("meeting_room")
    op.drop_index(op.f("ix_meeting_outcome_person_id"), table_name="meeting_outcome")
    op.drop_index(op.f("ix_meeting_outcome_meeting_id"), table_name="meeting_outcome")
    op.drop_table("meeting_outcome")
    op.drop_index(op.f("ix_meeting_note_person_id"), table_name="meeting_note")
    op.drop_index("ix_meeting_note_meeting_id", table_name="meeting_note")
    op.drop_table("meeting_note")
    op.drop_index(op.f("ix_meeting_guest_person_id"), table_name="meeting_guest")
    op.drop_index(op.f("ix_meeting_guest_meeting_id"), table_name="meeting_guest")
    op.drop_table("meeting_guest")
    op.drop_index(op.f("ix_meeting_attendance_person_id"), table_name="meeting_attendance")
    op.drop_index(op.f("ix_meeting_attendance_meeting_id"), table_name="meeting_attendance")
    op.drop_table("meeting_attendance")
    op.drop_index(op.f("ix_meeting_assessment_person_id"), table_name="meeting_assessment")
    op.drop_index(op.f("ix_meeting_assessment_meeting_id"), table_name="meeting_assessment")
    op.drop_table("meeting_assessment")
    op.drop_index(op.f("ix_lesson_card_review_id"), table_name="lesson_card")
    op.drop_index(op.f("ix_lesson_card_programme_id"), table_name="lesson_card")
    op.drop_index(op.f("ix_lesson_card_meeting_id"), table_name="lesson_card")
    op.drop_index(op.f("ix_lesson_card_event_id"), table_name="lesson_card")
    op.drop_index(op.f("ix_lesson_card_author_id"), table_name="lesson_card")
    op.drop_table("lesson_card")
    op.drop_index(
        "uq_late_entry_team_id",
        table_name="late_entry",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_late_entry_event_id"), table_name="late_entry")
    op.drop_table("late_entry")
    op.drop_index(
        "uq_help_request_team_id",
        table_name="help_request",
        sqlite_where=sa.text("state IN ('open', 'taken')"),
        postgresql_where=sa.text("state IN ('open', 'taken')"),
    )
    op.drop_index(op.f("ix_help_request_taken_by_id"), table_name="help_request")
    op.drop_index(op.f("ix_help_request_event_id"), table_name="help_request")
    op.drop_index(op.f("ix_help_request_asked_by_id"), table_name="help_request")
    op.drop_table("help_request")
    op.drop_index(op.f("ix_guest_sign_in_link_id"), table_name="guest_sign_in")
    op.drop_table("guest_sign_in")
    op.drop_index(op.f("ix_forwarded_text_person_id"), table_name="forwarded_text")
    op.drop_index(op.f("ix_forwarded_text_meeting_id"), table_name="forwarded_text")
    op.drop_table("forwarded_text")
    op.drop_index(op.f("ix_desk_notes_review_id"), table_name="desk_notes")
    op.drop_table("desk_notes")
    op.drop_index(op.f("ix_connection_other_id"), table_name="connection")
    op.drop_index(op.f("ix_connection_one_id"), table_name="connection")
    op.drop_index(op.f("ix_connection_networking_id"), table_name="connection")
    op.drop_index(op.f("ix_connection_meeting_id"), table_name="connection")
    op.drop_index(op.f("ix_connection_event_id"), table_name="connection")
    op.drop_table("connection")
    op.drop_index(op.f("ix_challenge_switch_team_id"), table_name="challenge_switch")
    op.drop_index(op.f("ix_challenge_switch_event_id"), table_name="challenge_switch")
    op.drop_table("challenge_switch")
    op.drop_index(op.f("ix_challenge_question_team_id"), table_name="challenge_question")
    op.drop_index(op.f("ix_challenge_question_person_id"), table_name="challenge_question")
    op.drop_index(op.f("ix_challenge_question_challenge_id"), table_name="challenge_question")
    op.drop_table("challenge_question")
    op.drop_index(op.f("ix_annex_look_team_id"), table_name="annex_look")
    op.drop_index(op.f("ix_annex_look_person_id"), table_name="annex_look")
    op.drop_index(op.f("ix_annex_look_challenge_id"), table_name="annex_look")
    op.drop_table("annex_look")
    op.drop_index(op.f("ix_annex_consent_team_id"), table_name="annex_consent")
    op.drop_index(op.f("ix_annex_consent_person_id"), table_name="annex_consent")
    op.drop_index(op.f("ix_annex_consent_challenge_id"), table_name="annex_consent")
    op.drop_table("annex_consent")
    op.drop_index(op.f("ix_type_rule_to_type_id"), table_name="type_rule")
    op.drop_index(op.f("ix_type_rule_event_id"), table_name="type_rule")
    op.drop_table("type_rule")
    op.drop_index(op.f("ix_type_limits_event_id"), table_name="type_limits")
    op.drop_table("type_limits")
    op.drop_index(op.f("ix_tie_decision_round_id"), table_name="tie_decision")
    op.drop_table("tie_decision")
    op.drop_index(op.f("ix_team_wish_person_id"), table_name="team_wish")
    op.drop_index(op.f("ix_team_wish_other_id"), table_name="team_wish")
    op.drop_index(op.f("ix_team_wish_event_id"), table_name="team_wish")
    op.drop_index(op.f("ix_team_wish_challenge_id"), table_name="team_wish")
    op.drop_table("team_wish")
    op.drop_index(op.f("ix_team_event_id"), table_name="team")
    op.drop_index(op.f("ix_team_challenge_id"), table_name="team")
    op.drop_table("team")
    op.drop_index(op.f("ix_submission_field_event_id"), table_name="submission_field")
    op.drop_index(op.f("ix_submission_field_challenge_id"), table_name="submission_field")
    op.drop_table("submission_field")
    op.drop_index(op.f("ix_self_assessment_version_review_id"), table_name="self_assessment_version")
    op.drop_index(op.f("ix_self_assessment_version_person_id"), table_name="self_assessment_version")
    op.drop_table("self_assessment_version")
    op.drop_table("self_assessment")
    op.drop_index(op.f("ix_screening_question_screening_id"), table_name="screening_question")
    op.drop_table("screening_question")
    op.drop_index(op.f("ix_screener_screening_id"), table_name="screener")
    op.drop_index(op.f("ix_screener_person_id"), table_name="screener")
    op.drop_table("screener")
    op.drop_index(op.f("ix_round_voter_round_id"), table_name="round_voter")
    op.drop_index(op.f("ix_round_voter_person_id"), table_name="round_voter")
    op.drop_table("round_voter")
    op.drop_index(op.f("ix_round_vote_round_id"), table_name="round_vote")
    op.drop_index(op.f("ix_round_vote_person_id"), table_name="round_vote")
    op.drop_table("round_vote")
    op.drop_index(op.f("ix_round_judge_round_id"), table_name="round_judge")
    op.drop_index(op.f("ix_round_judge_person_id"), table_name="round_judge")
    op.drop_table("round_judge")
    op.drop_index(op.f("ix_round_criterion_round_id"), table_name="round_criterion")
    op.drop_table("round_criterion")
    op.drop_index("ix_review_visit_review_id_left_at", table_name="review_visit")
    op.drop_index(op.f("ix_review_visit_person_id"), table_name="review_visit")
    op.drop_table("review_visit")
    op.drop_table("review_room")
    op.drop_index(op.f("ix_review_question_review_id"), table_name="review_question")
    op.drop_table("review_question")
    op.drop_index(op.f("ix_review_place_review_id"), table_name="review_place")
    op.drop_index(op.f("ix_review_place_person_id"), table_name="review_place")
    op.drop_index(op.f("ix_review_place_organisation_id"), table_name="review_place")
    op.drop_table("review_place")
    op.drop_index(op.f("ix_review_hand_review_id"), table_name="review_hand")
    op.drop_index(op.f("ix_review_hand_person_id"), table_name="review_hand")
    op.drop_table("review_hand")
    op.drop_index(op.f("ix_review_feedback_review_id"), table_name="review_feedback")
    op.drop_index(op.f("ix_review_feedback_person_id"), table_name="review_feedback")
    op.drop_table("review_feedback")
    op.drop_index(op.f("ix_review_dot_vote_review_id"), table_name="review_dot_vote")
    op.drop_table("review_dot_vote")
    op.drop_index(op.f("ix_review_day_review_id"), table_name="review_day")
    op.drop_index(op.f("ix_review_day_event_id"), table_name="review_day")
    op.drop_table("review_day")
    op.drop_table("review_board")
    op.drop_index(op.f("ix_report_started_by_id"), table_name="report")
    op.drop_index(op.f("ix_report_programme_id"), table_name="report")
    op.drop_table("report")
    op.drop_index(op.f("ix_regular_guest_regular_id"), table_name="regular_guest")
    op.drop_index(op.f("ix_regular_guest_person_id"), table_name="regular_guest")
    op.drop_table("regular_guest")
    op.drop_index(op.f("ix_regular_change_regular_id"), table_name="regular_change")
    op.drop_table("regular_change")
    op.drop_index(op.f("ix_registration_code_event_id"), table_name="registration_code")
    op.drop_table("registration_code")
    op.drop_index(op.f("ix_quotation_review_id"), table_name="quotation")
    op.drop_index(op.f("ix_quotation_programme_id"), table_name="quotation")
    op.drop_index(op.f("ix_quotation_person_id"), table_name="quotation")
    op.drop_index(op.f("ix_quotation_asked_by_id"), table_name="quotation")
    op.drop_table("quotation")
    op.drop_index(op.f("ix_published_result_round_id"), table_name="published_result")
    op.drop_table("published_result")
    op.drop_index(op.f("ix_proposed_peer_review_id"), table_name="proposed_peer")
    op.drop_index(op.f("ix_proposed_peer_person_id"), table_name="proposed_peer")
    op.drop_table("proposed_peer")
    op.drop_index(op.f("ix_prize_event_id"), table_name="prize")
    op.drop_index(op.f("ix_prize_challenge_id"), table_name="prize")
    op.drop_table("prize")
    op.drop_index(op.f("ix_notice_kept_person_id"), table_name="notice_kept")
    op.drop_index(op.f("ix_notice_kept_notice_id"), table_name="notice_kept")
    op.drop_table("notice_kept")
    op.drop_index(op.f("ix_networking_wish_person_id"), table_name="networking_wish")
    op.drop_index(op.f("ix_networking_wish_other_id"), table_name="networking_wish")
    op.drop_index(op.f("ix_networking_wish_networking_id"), table_name="networking_wish")
    op.drop_table("networking_wish")
    op.drop_index(op.f("ix_networking_visit_person_id"), table_name="networking_visit")
    op.drop_index("ix_networking_visit_networking_id_left_at", table_name="networking_visit")
    op.drop_table("networking_visit")
    op.drop_index(op.f("ix_networking_type_rule_networking_id"), table_name="networking_type_rule")
    op.drop_table("networking_type_rule")
    op.drop_index(op.f("ix_networking_round_networking_id"), table_name="networking_round")
    op.drop_table("networking_round")
    op.drop_index(op.f("ix_networking_place_person_id"), table_name="networking_place")
    op.drop_index(op.f("ix_networking_place_networking_id"), table_name="networking_place")
    op.drop_table("networking_place")
    op.drop_index(op.f("ix_networking_pair_rule_other_id"), table_name="networking_pair_rule")
    op.drop_index(op.f("ix_networking_pair_rule_one_id"), table_name="networking_pair_rule")
    op.drop_index(op.f("ix_networking_pair_rule_networking_id"), table_name="networking_pair_rule")
    op.drop_table("networking_pair_rule")
    op.drop_index("ix_meeting_invitee_id_event_id", table_name="meeting")
    op.drop_index("ix_meeting_event_id_state_requested_at", table_name="meeting")
    op.drop_index("ix_meeting_event_id_starts_at", table_name="meeting")
    op.drop_index(op.f("ix_meeting_block_id"), table_name="meeting")
    op.drop_index("ix_meeting_asker_id_event_id", table_name="meeting")
    op.drop_table("meeting")
    op.drop_index(op.f("ix_host_application_review_id"), table_name="host_application")
    op.drop_index(op.f("ix_host_application_person_id"), table_name="host_application")
    op.drop_index(op.f("ix_host_application_organisation_id"), table_name="host_application")
    op.drop_index(op.f("ix_host_application_event_id"), table_name="host_application")
    op.drop_table("host_application")
    op.drop_index(op.f("ix_guest_link_round_id"), table_name="guest_link")
    op.drop_index(op.f("ix_guest_link_person_id"), table_name="guest_link")
    op.drop_table("guest_link")
    op.drop_table("draft_content")
    op.drop_index(op.f("ix_challenge_resource_file_id"), table_name="challenge_resource")
    op.drop_index(op.f("ix_challenge_resource_challenge_id"), table_name="challenge_resource")
    op.drop_table("challenge_resource")
    op.drop_table("challenge_annex")
    op.drop_index(op.f("ix_awaited_of_host_review_id"), table_name="awaited_of_host")
    op.drop_table("awaited_of_host")
    op.drop_index(op.f("ix_agenda_session_track_id"), table_name="agenda_session")
    op.drop_index(op.f("ix_agenda_session_room_id"), table_name="agenda_session")
    op.drop_index(op.f("ix_agenda_session_event_id"), table_name="agenda_session")
    op.drop_table("agenda_session")
    op.drop_index(op.f("ix_waiting_pair_invitee_id"), table_name="waiting_pair")
    op.drop_index(op.f("ix_waiting_pair_event_id"), table_name="waiting_pair")
    op.drop_index(op.f("ix_waiting_pair_asker_id"), table_name="waiting_pair")
    op.drop_table("waiting_pair")
    op.drop_table("video_rules")
    op.drop_table("unwanted_words")
    op.drop_index(op.f("ix_team_proposal_event_id"), table_name="team_proposal")
    op.drop_index("ix_team_proposal_due", table_name="team_proposal")
    op.drop_index(op.f("ix_team_proposal_asked_by_id"), table_name="team_proposal")
    op.drop_table("team_proposal")
    op.drop_index(op.f("ix_standby_person_id"), table_name="standby")
    op.drop_index(op.f("ix_standby_event_id"), table_name="standby")
    op.drop_table("standby")
    op.drop_index(op.f("ix_seeker_person_id"), table_name="seeker")
    op.drop_index(op.f("ix_seeker_event_id"), table_name="seeker")
    op.drop_table("seeker")
    op.drop_table("screening")
    op.drop_index(op.f("ix_schedule_draft_event_id"), table_name="schedule_draft")
    op.drop_index("ix_schedule_draft_due", table_name="schedule_draft")
    op.drop_index(op.f("ix_schedule_draft_asked_by_id"), table_name="schedule_draft")
    op.drop_table("schedule_draft")
    op.drop_index(op.f("ix_review_step_event_id"), table_name="review_step")
    op.drop_table("review_step")
    op.drop_table("review_rules")
    op.drop_index(op.f("ix_reply_address_person_id"), table_name="reply_address")
    op.drop_index(op.f("ix_reply_address_event_id"), table_name="reply_address")
    op.drop_table("reply_address")
    op.drop_index(op.f("ix_regular_session_event_id"), table_name="regular_session")
    op.drop_table("regular_session")
    op.drop_index(op.f("ix_registration_question_event_id"), table_name="registration_question")
    op.drop_table("registration_question")
    op.drop_index(op.f("ix_phase_event_id"), table_name="phase")
    op.drop_table("phase")
    op.drop_index(
        "uq_person_report_event_id_place_room_person_id_reporter_id",
        table_name="person_report",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_person_report_reporter_id"), table_name="person_report")
    op.drop_index(op.f("ix_person_report_person_id"), table_name="person_report")
    op.drop_index(op.f("ix_person_report_event_id"), table_name="person_report")
    op.drop_table("person_report")
    op.drop_index(op.f("ix_peer_stance_person_id"), table_name="peer_stance")
    op.drop_index(op.f("ix_peer_stance_organisation_id"), table_name="peer_stance")
    op.drop_index(op.f("ix_peer_stance_event_id"), table_name="peer_stance")
    op.drop_table("peer_stance")
    op.drop_index(
        "uq_peer_search_event_id",
        table_name="peer_search",
        sqlite_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.drop_index(op.f("ix_peer_search_event_id"), table_name="peer_search")
    op.drop_index("ix_peer_search_due", table_name="peer_search")
    op.drop_index(op.f("ix_peer_search_asked_by_id"), table_name="peer_search")
    op.drop_table("peer_search")
    op.drop_index(op.f("ix_peer_review_organisation_id"), table_name="peer_review")
    op.drop_index(op.f("ix_peer_review_event_id"), table_name="peer_review")
    op.drop_table("peer_review")
    op.drop_index(op.f("ix_peer_offer_person_id"), table_name="peer_offer")
    op.drop_index(op.f("ix_peer_offer_organisation_id"), table_name="peer_offer")
    op.drop_index(op.f("ix_peer_offer_event_id"), table_name="peer_offer")
    op.drop_table("peer_offer")
    op.drop_index(op.f("ix_participation_type_event_id"), table_name="participation_type")
    op.drop_table("participation_type")
    op.drop_index(op.f("ix_page_section_event_id"), table_name="page_section")
    op.drop_table("page_section")
    op.drop_table("page_limit")
    op.drop_index(op.f("ix_page_entry_file_id"), table_name="page_entry")
    op.drop_index(op.f("ix_page_entry_event_id"), table_name="page_entry")
    op.drop_table("page_entry")
    op.drop_index(op.f("ix_office_hours_mentor_id"), table_name="office_hours")
    op.drop_index(op.f("ix_office_hours_event_id"), table_name="office_hours")
    op.drop_table("office_hours")
    op.drop_index(op.f("ix_notice_event_id"), table_name="notice")
    op.drop_index(op.f("ix_notice_by_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_networking_event_id"), table_name="networking")
    op.drop_table("networking")
    op.drop_index(op.f("ix_milestone_follower_person_id"), table_name="milestone_follower")
    op.drop_index(op.f("ix_milestone_follower_event_id"), table_name="milestone_follower")
    op.drop_table("milestone_follower")
    op.drop_index(op.f("ix_meeting_table_kept_for_id"), table_name="meeting_table")
    op.drop_index(op.f("ix_meeting_table_event_id"), table_name="meeting_table")
    op.drop_table("meeting_table")
    op.drop_index(op.f("ix_lobby_removal_person_id"), table_name="lobby_removal")
    op.drop_index(op.f("ix_lobby_removal_event_id"), table_name="lobby_removal")
    op.drop_table("lobby_removal")
    op.drop_index(op.f("ix_lobby_choice_person_id"), table_name="lobby_choice")
    op.drop_index(op.f("ix_lobby_choice_event_id"), table_name="lobby_choice")
    op.drop_table("lobby_choice")
    op.drop_index(op.f("ix_lobby_announcement_event_id"), table_name="lobby_announcement")
    op.drop_index(op.f("ix_lobby_announcement_by_id"), table_name="lobby_announcement")
    op.drop_table("lobby_announcement")
    op.drop_index(op.f("ix_letter_text_event_id"), table_name="letter_text")
    op.drop_table("letter_text")
    op.drop_index(op.f("ix_judging_round_event_id"), table_name="judging_round")
    op.drop_index(op.f("ix_judging_round_after_id"), table_name="judging_round")
    op.drop_table("judging_round")
    op.drop_index(op.f("ix_item_in_event_item_id"), table_name="item_in_event")
    op.drop_index(op.f("ix_item_in_event_event_id"), table_name="item_in_event")
    op.drop_table("item_in_event")
    op.drop_index(op.f("ix_digest_turn_person_id"), table_name="digest_turn")
    op.drop_index(op.f("ix_digest_turn_event_id"), table_name="digest_turn")
    op.drop_table("digest_turn")
    op.drop_index(op.f("ix_consent_text_event_id"), table_name="consent_text")
    op.drop_table("consent_text")
    op.drop_index(op.f("ix_conflict_level_event_id"), table_name="conflict_level")
    op.drop_table("conflict_level")
    op.drop_index(op.f("ix_completeness_nudge_person_id"), table_name="completeness_nudge")
    op.drop_index(op.f("ix_completeness_nudge_event_id"), table_name="completeness_nudge")
    op.drop_table("completeness_nudge")
    op.drop_index(op.f("ix_checkpoint_event_id"), table_name="checkpoint")
    op.drop_table("checkpoint")
    op.drop_index(op.f("ix_challenge_person_id"), table_name="challenge")
    op.drop_index(op.f("ix_challenge_organisation_id"), table_name="challenge")
    op.drop_index(op.f("ix_challenge_need_id"), table_name="challenge")
    op.drop_index(op.f("ix_challenge_event_id"), table_name="challenge")
    op.drop_table("challenge")
    op.drop_table("certificate_look")
    op.drop_table("booking_rules")
    op.drop_index(op.f("ix_block_event_id"), table_name="block")
    op.drop_table("block")
    op.drop_index(op.f("ix_availability_stated_person_id"), table_name="availability_stated")
    op.drop_index(op.f("ix_availability_stated_event_id"), table_name="availability_stated")
    op.drop_table("availability_stated")
    op.drop_index(op.f("ix_availability_nudge_person_id"), table_name="availability_nudge")
    op.drop_index(op.f("ix_availability_nudge_event_id"), table_name="availability_nudge")
    op.drop_table("availability_nudge")
    op.drop_index(op.f("ix_assessment_question_event_id"), table_name="assessment_question")
    op.drop_table("assessment_question")
    op.drop_index(op.f("ix_agenda_track_event_id"), table_name="agenda_track")
    op.drop_table("agenda_track")
    op.drop_index(op.f("ix_agenda_room_event_id"), table_name="agenda_room")
    op.drop_table("agenda_room")
    op.drop_index(op.f("ix_agenda_release_event_id"), table_name="agenda_release")
    op.drop_table("agenda_release")
    op.drop_index(op.f("ix_absence_person_id"), table_name="absence")
    op.drop_index(op.f("ix_absence_event_id"), table_name="absence")
    op.drop_table("absence")
    op.drop_index(op.f("ix_programme_editor_programme_id"), table_name="programme_editor")
    op.drop_index(op.f("ix_programme_editor_person_id"), table_name="programme_editor")
    op.drop_table("programme_editor")
    op.drop_index(op.f("ix_programme_cluster_programme_id"), table_name="programme_cluster")
    op.drop_index(op.f("ix_programme_cluster_organisation_id"), table_name="programme_cluster")
    op.drop_table("programme_cluster")
    op.drop_index(op.f("ix_event_programme_id"), table_name="event")
    op.drop_index(op.f("ix_event_follows_id"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_desk_programme_id"), table_name="desk")
    op.drop_table("desk")
    op.drop_table("programme")
    op.drop_index(op.f("ix_stored_file_person_id"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_index(op.f("ix_stopped_topic_person_id"), table_name="stopped_topic")
    op.drop_table("stopped_topic")
    op.drop_index(op.f("ix_sign_in_person_id"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_role_grant_scope_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_person_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_table("own_calendar")
    op.drop_index(op.f("ix_no_thanks_other_id"), table_name="no_thanks")
    op.drop_table("no_thanks")
    op.drop_index(
        "uq_membership_request_person_id_organisation_id",
        table_name="membership_request",
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_index(op.f("ix_membership_request_person_id"), table_name="membership_request")
    op.drop_index(op.f("ix_membership_request_organisation_id"), table_name="membership_request")
    op.drop_index(op.f("ix_membership_request_answered_by_id"), table_name="membership_request")
    op.drop_table("membership_request")
    op.drop_index(op.f("ix_membership_person_id"), table_name="membership")
    op.drop_index(op.f("ix_membership_organisation_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index("ix_letter_urgent", table_name="letter")
    op.drop_index(op.f("ix_letter_person_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_made_at"), table_name="letter")
    op.drop_index(op.f("ix_letter_fact_id"), table_name="letter")
    op.drop_index(op.f("ix_letter_event_id"), table_name="letter")
    op.drop_index("ix_letter_calendar", table_name="letter")
    op.drop_table("letter")
    op.drop_index(op.f("ix_item_person_id"), table_name="item")
    op.drop_index(op.f("ix_item_organisation_id"), table_name="item")
    op.drop_index(op.f("ix_item_imported_as"), table_name="item")
    op.drop_table("item")
    op.drop_table("invitation_wishes")
    op.drop_index(op.f("ix_incoming_letter_person_id"), table_name="incoming_letter")
    op.drop_index(op.f("ix_incoming_letter_event_id"), table_name="incoming_letter")
    op.drop_index(op.f("ix_incoming_letter_arrived_at"), table_name="incoming_letter")
    op.drop_table("incoming_letter")
    op.drop_index(op.f("ix_held_reply_person_id"), table_name="held_reply")
    op.drop_index(op.f("ix_held_reply_entry_id"), table_name="held_reply")
    op.drop_table("held_reply")
    op.drop_index(op.f("ix_entry_reminder_entry_id"), table_name="entry_reminder")
    op.drop_table("entry_reminder")
    op.drop_table("digest_wish")
    op.drop_index(op.f("ix_delivery_entry_id"), table_name="delivery")
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_cluster_membership_organisation_id"), table_name="cluster_membership")
    op.drop_index(op.f("ix_cluster_membership_cluster_id"), table_name="cluster_membership")
    op.drop_table("cluster_membership")
    op.drop_index(op.f("ix_calendar_revision_entry_id"), table_name="calendar_revision")
    op.drop_table("calendar_revision")
    op.drop_index(op.f("ix_calendar_invitee_person_id"), table_name="calendar_invitee")
    op.drop_index(op.f("ix_calendar_invitee_entry_id"), table_name="calendar_invitee")
    op.drop_table("calendar_invitee")
    op.drop_index("ix_busy_time_when", table_name="busy_time")
    op.drop_table("busy_time")
    op.drop_index(op.f("ix_address_lifted_by_id"), table_name="address_lifted")
    op.drop_index(op.f("ix_address_lifted_address"), table_name="address_lifted")
    op.drop_table("address_lifted")
    op.drop_index(op.f("ix_address_change_person_id"), table_name="address_change")
    op.drop_table("address_change")
    op.drop_index(op.f("ix_token_subject_id"), table_name="token")
    op.drop_table("token")
    op.drop_index("ix_timer_what", table_name="timer")
    op.drop_index("ix_timer_due", table_name="timer")
    op.drop_table("timer")
    op.drop_index(op.f("ix_sent_form_sent_at"), table_name="sent_form")
    op.drop_table("sent_form")
    op.drop_table("person")
    op.drop_index(op.f("ix_organisation_same_name"), table_name="organisation")
    op.drop_index(op.f("ix_organisation_name"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("mailbox_place")
    op.drop_table("mail_route")
    op.drop_index(op.f("ix_journal_entry_person_id"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_kind"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_event_id"), table_name="journal_entry")
    op.drop_index(op.f("ix_journal_entry_at"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("calendar_entry")
    op.drop_index(op.f("ix_allowance_ahead_until"), table_name="allowance")
    op.drop_table("allowance")
    op.drop_index(op.f("ix_address_trouble_suppressed_at"), table_name="address_trouble")
    op.drop_table("address_trouble")
