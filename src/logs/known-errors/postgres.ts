import type { KnownError } from './known-error.ts';

export const POSTGRES_ERRORS: readonly KnownError[] = [
  {
    code: 'postgres_password',
    prints: 'FATAL:  password authentication failed for user "app"',
    when: [{ says: /\bFATAL: {1,3}password authentication failed for user\b/ }],
    cause: 'PostgreSQL rejects user or password.',
    advice: "Correct them in the plugin's settings, and check that the environment of the job has them.",
  },
  {
    code: 'postgres_pg_hba',
    prints: 'FATAL:  no pg_hba.conf entry for host "203.0.113.7", user "app", database "shop", no encryption',
    when: [{ says: /\bno pg_hba\.conf entry for (?:host|replication connection)\b/ }],
    cause: 'PostgreSQL allows no connection of this user from this address, or none without encryption.',
    advice:
      "If the error ends with `no encryption` or `SSL off`, turn on SSL in the plugin's settings. Otherwise allow the address on the server.",
  },
  {
    code: 'postgres_role_missing',
    prints: 'FATAL:  role "app" does not exist',
    when: [{ says: /\bFATAL: {1,3}role ["'][^"'\n]{1,100}["'] does not exist/ }],
    cause: 'PostgreSQL has no user of this name.',
    advice: "Correct the user in the plugin's settings, or create it.",
  },
  {
    code: 'postgres_database_missing',
    prints: 'FATAL:  database "shop" does not exist',
    when: [{ says: /\bFATAL: {1,3}database "[^"\n]{1,100}" does not exist/ }],
    cause: 'PostgreSQL has no database of this name.',
    advice: "Correct the database in the plugin's settings, or create it.",
  },
  {
    code: 'postgres_socket',
    prints: 'could not connect to server: No such file or directory',
    when: [
      {
        says: /\bcould not connect to server: No such file or directory|\bconnection to server on socket "[^"\n]{1,200}" failed: No such file/,
      },
    ],
    cause: 'The plugin has no host, so it looks for PostgreSQL on the machine of the job.',
    advice:
      "Set the host in the plugin's settings. If it refers to an environment variable, check that it is set.",
  },
  {
    code: 'postgres_closed',
    prints: 'psycopg2.OperationalError: SSL connection has been closed unexpectedly',
    when: [
      { says: /\bSSL connection has been closed unexpectedly\b|\bSSL SYSCALL error: EOF detected\b/ },
      {
        says: /\bserver closed the connection unexpectedly\b|\bterminating connection due to administrator command\b/,
      },
    ],
    cause: 'The database closed the connection during the work.',
    advice:
      'Deploy again. If it happens each time, see whether the server restarts, runs out of memory, or ends idle connections.',
    transient: 'the database closed the connection',
  },
  {
    code: 'postgres_starting',
    prints: 'FATAL:  the database system is starting up',
    when: [{ says: /\bFATAL: {1,3}the database system is (?:starting up|shutting down|in recovery mode)\b/ }],
    cause: 'The database was being restarted.',
    advice: 'Deploy again.',
    transient: 'the database was starting',
  },
  {
    code: 'postgres_recovery',
    prints: 'canceling statement due to conflict with recovery',
    when: [{ says: /\bcanceling statement due to conflict with recovery\b/ }],
    cause: 'The replica needed rows that the query was reading.',
    advice:
      'Read from the primary, or set `hot_standby_feedback` or a longer `max_standby_streaming_delay` on the replica.',
  },
  {
    code: 'postgres_denied',
    prints: 'permission denied for schema raw',
    when: [
      {
        says: /\bpermission denied for (?:table|relation|schema|database|sequence|view|materialized view|function|foreign table) [\w."]/,
      },
    ],
    cause: 'The database user lacks a right.',
    advice:
      'Grant it: `usage` on the schema and `select` on the tables to read, `create` on the schema to write.',
  },
  {
    code: 'postgres_relation_missing',
    prints: 'psycopg2.errors.UndefinedTable: relation "raw.orders" does not exist',
    when: [
      {
        says: /(?:\bUndefinedTable\b|\bDatabase Error\b|\b42P01\b|\bERROR: )[^\n]{0,300}\brelation "[^"\n]{1,200}" does not exist/,
      },
    ],
    cause: 'The table does not exist in this database and schema.',
    advice: 'Check schema and spelling. If another pipeline or model creates the table, it has to run first.',
  },
  {
    code: 'postgres_column_missing',
    prints: 'psycopg2.errors.UndefinedColumn: column "order_status" does not exist',
    when: [
      {
        says: /(?:\bUndefinedColumn\b|\bDatabase Error\b|\b42703\b|\bERROR: )[^\n]{0,300}\bcolumn "?[^"\n]{1,200}"? (?:of relation "[^"\n]{1,200}" )?does not exist/,
      },
    ],
    cause: 'The query names a column that does not exist.',
    advice: 'Correct the name. A column with capital letters has to be quoted.',
  },
  {
    code: 'postgres_wal2json',
    prints: 'could not access file "wal2json": No such file or directory',
    when: [{ says: /\bcould not access file "wal2json": No such file/ }],
    cause: 'The server lacks the extension wal2json, which `LOG_BASED` replication needs.',
    advice: 'Install it on the server, or use another replication method.',
  },
  {
    code: 'postgres_slot_missing',
    prints: 'psycopg2.errors.UndefinedObject: replication slot "stitch_shop" does not exist',
    when: [{ says: /\breplication slot "[^"\n]{1,100}" does not exist\b/ }],
    cause: 'The replication slot does not exist.',
    advice:
      "Create it: `select pg_create_logical_replication_slot('<slot>', 'wal2json')`, with the name that the plugin looks for.",
  },
  {
    code: 'postgres_upsert_duplicate',
    prints: 'ON CONFLICT DO UPDATE command cannot affect row a second time',
    when: [{ says: /\bON CONFLICT DO UPDATE command cannot affect row a second time\b/ }],
    cause: 'One batch has two rows with the same key.',
    advice:
      'Set a key that is unique (`table-key-properties` in `metadata`), or remove the duplicates before they are loaded.',
  },
  {
    code: 'postgres_not_null',
    prints: 'null value in column "id" of relation "orders" violates not-null constraint',
    when: [
      {
        says: /\bnull value in column "[^"\n]{1,100}"(?: of relation "[^"\n]{1,200}")? violates not-null constraint\b/,
      },
    ],
    cause: 'A record has no value for a column that needs one.',
    advice:
      'If the column is the key, choose a key that is never empty. Otherwise drop the constraint from the table.',
  },
  {
    code: 'postgres_too_long',
    prints: 'value too long for type character varying(255)',
    when: [{ says: /\bvalue too long for type character(?: varying)?\(\d{1,9}\)/ }],
    cause: 'A text is longer than its column.',
    advice: 'Make the column wider, or drop the table so that the loader creates it again.',
  },
  {
    code: 'postgres_disk_full',
    prints: 'could not extend file "base/16384/16397": No space left on device',
    when: [{ says: /\bcould not (?:extend|write to) file "[^"\n]{1,200}": No space left on device/ }],
    cause: "The database server's disk is full.",
    advice: 'Free room on the database server, or give it a larger disk.',
  },
];
