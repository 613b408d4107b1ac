"""Guards: tenancy by row-level security, the ledger's trigger, lookups before the tenant is known.

Revision ID: guards_1
Revises: tables_1
"""

from __future__ import annotations

from alembic import op
from procrastinate.connector import BaseConnector
from procrastinate.schema import SchemaManager

revision = "guards_1"
down_revision = "tables_1"
branch_labels = None
depends_on = None

ORG_TABLES = [
    "person",
    "sign_in_session",
    "sign_in_link",
    "share_link",
    "audit_entry",
    "idempotency_key",
    "sheet_import",
    "donor",
    "site",
    "offer",
    "hub",
    "lot",
    "holder",
    "movement",
    "balance",
    "allocation",
    "recipient",
    "consent",
    "day_plan",
    "run",
    "stop",
    "stop_item",
    "care_alert",
    "volunteer",
    "shift",
]
# What must be found before the tenant is known: the owner may read these, through the functions below only.
LOOKED_UP = ["organisation", "person", "sign_in_session", "sign_in_link", "share_link", "offer"]
APPEND_ONLY = ("movement", "audit_entry")

CURRENT_ORG = """
CREATE FUNCTION current_org() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('foodmap.org_id', true), '')::uuid $$;
"""

LEDGER = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: mend with a further row', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Both balances of a movement, always in the order of the holders' ids, so that two
-- movements between the same holders never wait for each other crosswise.
CREATE FUNCTION keep_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  side record;
BEGIN
  FOR side IN
    SELECT h.id, h.kind, CASE WHEN h.id = NEW.from_holder_id THEN -NEW.grams ELSE NEW.grams END AS change
    FROM holder h WHERE h.org_id = NEW.org_id AND h.id IN (NEW.from_holder_id, NEW.to_holder_id) ORDER BY h.id
  LOOP
    INSERT INTO balance (org_id, lot_id, holder_id, grams, may_owe)
    VALUES (NEW.org_id, NEW.lot_id, side.id, 0, side.kind = 'source') ON CONFLICT DO NOTHING;
    UPDATE balance SET grams = grams + side.change
    WHERE org_id = NEW.org_id AND lot_id = NEW.lot_id AND holder_id = side.id;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_balance AFTER INSERT ON movement FOR EACH ROW EXECUTE FUNCTION keep_balance();

-- Empty, always: a lot's balances differ from its movements, or its grams do not add up to nothing.
CREATE VIEW imbalance WITH (security_invoker = true) AS
WITH moved AS (
  SELECT org_id, lot_id, holder_id, sum(grams) AS grams FROM (
    SELECT org_id, lot_id, to_holder_id AS holder_id, grams FROM movement
    UNION ALL SELECT org_id, lot_id, from_holder_id, -grams FROM movement
  ) AS both_sides GROUP BY 1, 2, 3
)
SELECT coalesce(b.org_id, m.org_id) AS org_id, coalesce(b.lot_id, m.lot_id) AS lot_id,
       coalesce(b.holder_id, m.holder_id) AS holder_id, b.grams AS kept, m.grams AS moved
FROM balance b FULL JOIN moved m USING (org_id, lot_id, holder_id)
WHERE b.grams IS DISTINCT FROM m.grams
UNION ALL
SELECT org_id, lot_id, NULL, sum(grams), 0 FROM balance GROUP BY org_id, lot_id HAVING sum(grams) <> 0;
"""

# name(arguments) → (returns, query)
LOOKUPS = {
    "find_session(hash bytea)": (
        "TABLE (org_id uuid, person_id uuid, session_id uuid)",
        "SELECT s.org_id, s.person_id, s.id FROM sign_in_session s JOIN person p ON p.id = s.person_id "
        "WHERE s.token_hash = hash AND s.ended_at IS NULL AND s.expires_at > now() AND p.active",
    ),
    "find_sign_in(typed text)": (
        "TABLE (org_id uuid, person_id uuid)",
        "SELECT p.org_id, p.id FROM person p WHERE p.sign_in_name = typed AND p.active",
    ),
    "find_sign_in_link(hash bytea)": (
        "TABLE (org_id uuid, link_id uuid)",
        "SELECT l.org_id, l.id FROM sign_in_link l WHERE (l.token_hash = hash OR l.code_hash = hash) "
        "AND l.used_at IS NULL AND l.expires_at > now()",
    ),
    "find_share_link(hash bytea)": (
        "TABLE (org_id uuid, link_id uuid)",
        "SELECT l.org_id, l.id FROM share_link l WHERE l.token_hash = hash AND l.revoked_at IS NULL "
        "AND l.expires_at > now()",
    ),
    "find_tracking_code(code text)": (
        "TABLE (org_id uuid, offer_id uuid)",
        "SELECT o.org_id, o.id FROM offer o WHERE o.tracking_code = code",
    ),
    "list_organisations()": (
        "TABLE (org_id uuid, slug varchar)",
        "SELECT o.id, o.slug FROM organisation o ORDER BY o.slug",
    ),
}


def _procrastinate_schema() -> str:
    return SchemaManager(BaseConnector()).get_schema()


def _run(script: str) -> None:
    """Send SQL as it is: a colon or a percent sign in it is no parameter."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute(script)
    cursor.close()


def _guard(table: str) -> str:
    column = "id" if table == "organisation" else "org_id"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        f"CREATE POLICY own_organisation ON {table} USING ({column} = current_org()) WITH CHECK ({column} = current_org());"
    )


def upgrade() -> None:
    """Raise the guards."""
    _run(CURRENT_ORG)
    _run(LEDGER)
    for table in ("organisation", *ORG_TABLES):
        _run(_guard(table))
    for table in LOOKED_UP:
        _run(f"CREATE POLICY looked_up ON {table} FOR SELECT TO CURRENT_USER USING (true);")
    for signature, (returns, query) in LOOKUPS.items():
        _run(
            f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 "
            f"SET search_path = public, pg_temp AS $$ {query} $$; "
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {signature} TO foodmap_app;"
        )
    for table in APPEND_ONLY:
        _run(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change(); "
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change(); "
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM foodmap_app;"
        )
    _run("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON balance FROM foodmap_app;")
    # A row lock needs the UPDATE privilege; the trigger below still refuses every change but its own.
    _run("GRANT SELECT ON imbalance TO foodmap_app;")
    _run(_procrastinate_schema())


def downgrade() -> None:
    """Take the guards down again."""
    _run(
        "DO $$ DECLARE thing record; BEGIN "
        "FOR thing IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%' "
        "LOOP EXECUTE format('DROP TABLE %I CASCADE', thing.name); END LOOP; "
        "FOR thing IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
        "AND p.proname LIKE 'procrastinate%' LOOP EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE'; END LOOP; "
        "FOR thing IN SELECT typname AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace "
        "AND typname LIKE 'procrastinate%' AND typtype IN ('e', 'c') LOOP EXECUTE format('DROP TYPE %I CASCADE', thing.name); END LOOP; "
        "END $$;"
    )
    _run("DROP VIEW imbalance;")
    for signature in LOOKUPS:
        _run(f"DROP FUNCTION {signature};")
    for table in APPEND_ONLY:
        _run(f"DROP TRIGGER append_only ON {table}; DROP TRIGGER never_emptied ON {table};")
    _run(
        "DROP TRIGGER keep_balance ON movement; DROP FUNCTION keep_balance(); DROP FUNCTION refuse_change();"
    )
    for table in LOOKED_UP:
        _run(f"DROP POLICY looked_up ON {table};")
    for table in ("organisation", *ORG_TABLES):
        _run(
            f"DROP POLICY own_organisation ON {table}; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; "
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        )
    _run("DROP FUNCTION current_org();")
