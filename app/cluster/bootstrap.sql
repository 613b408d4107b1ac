-- What only a superuser may do, once per database. Run in the database it prepares, by the private
-- cluster, by the tests' cluster and by compose; running it again changes nothing.
-- Expects the settings foodmap.owner_password and foodmap.app_password in the session.

-- Two roles: the owner migrates; the application serves and is neither owner nor BYPASSRLS, so that
-- row level security holds for every query it can send.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'foodmap_owner') THEN
    CREATE ROLE foodmap_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'foodmap_app') THEN
    CREATE ROLE foodmap_app;
  END IF;
  EXECUTE format(
    'ALTER ROLE foodmap_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %L',
    current_setting('foodmap.owner_password'));
  EXECUTE format(
    'ALTER ROLE foodmap_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %L',
    current_setting('foodmap.app_password'));
  EXECUTE format('ALTER DATABASE %I OWNER TO foodmap_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO foodmap_app', current_database());
  EXECUTE format('ALTER DATABASE %I SET timezone TO ''UTC''', current_database());
END
$$;

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Under row level security the planner uses an index only for operators whose functions cannot leak
-- a hidden row's value. These two compare boxes and raise no error that quotes their arguments.
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
ALTER FUNCTION geometry_distance_centroid(geometry, geometry) LEAKPROOF;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO foodmap_owner;
GRANT USAGE ON SCHEMA public TO foodmap_app;

-- Tables that the owner makes from now on are served by the application; a migration takes away
-- what a table does not allow (append-only ledgers revoke UPDATE and DELETE).
ALTER DEFAULT PRIVILEGES FOR ROLE foodmap_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO foodmap_app;
ALTER DEFAULT PRIVILEGES FOR ROLE foodmap_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO foodmap_app;
