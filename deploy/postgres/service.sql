-- One service, one role, one database, and nobody else's door opens to it.
--   ESPACE_ROLE_PASSWORD=… psql --set service=accounts --file deploy/postgres/service.sql
-- Safe to run again: it sets the password and closes the doors anew.
\set ON_ERROR_STOP on
\getenv password ESPACE_ROLE_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'service')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'service', :'service')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'service') \gexec
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
