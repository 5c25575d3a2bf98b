import type { KnownError } from './known-error.ts';

export const DATABASE_ERRORS: readonly KnownError[] = [
  {
    code: 'database_refused',
    prints: 'connection to server at "db.example.com" (203.0.113.7), port 5432 failed: Connection refused',
    when: [
      { says: /\b(?:could not connect to server|port \d{1,5} failed): Connection refused\b/ },
      { says: /\bCan't connect to MySQL server on '[^\n]{1,200}(?:\(111\)|Connection refused)/ },
    ],
    cause: 'Nothing answers at this host and port.',
    advice:
      'Check host and port. `localhost` is the machine of the job, not yours. The database has to be reachable from Meltano Cloud.',
  },
  {
    code: 'database_unreachable',
    prints: "Can't connect to MySQL server on 'db.example.com' (timed out)",
    when: [
      {
        says: /\b(?:could not connect to server|port \d{1,5} failed): (?:Connection timed out|timeout expired)\b/,
      },
      { says: /\bconnection to server at [^\n]{1,200} failed: timeout expired\b/ },
      { says: /\bCan't connect to MySQL server on '[^\n]{1,200}\btimed out\b/ },
    ],
    cause: 'The database does not answer: usually a firewall drops the connection.',
    advice:
      'Check host and port, and allow connections from Meltano Cloud in the firewall or security group of the database.',
  },
  {
    code: 'database_host_unknown',
    prints: 'could not translate host name "db.exmaple.com" to address: Name or service not known',
    when: [{ says: /\bcould not translate host name "[^"\n]{1,200}" to address: (?!Temporary)/ }],
    cause: 'The name of the database host does not exist, or only inside a private network.',
    advice: "Correct the host in the plugin's settings.",
  },
  {
    code: 'database_connections',
    prints: 'FATAL:  sorry, too many clients already',
    when: [
      {
        says: /\bFATAL: {1,3}(?:sorry, too many clients already|remaining connection slots are reserved|too many connections for (?:role|database))/,
      },
      { says: /\(1040, ['"]Too many connections/ },
    ],
    cause: 'The database has no free connection.',
    advice: 'Run fewer pipelines or dbt threads at once, or allow more connections on the server.',
  },
  {
    code: 'database_deadlock',
    prints: 'psycopg2.errors.DeadlockDetected: deadlock detected',
    when: [
      {
        says: /(?:\bDeadlockDetected\b|\bDatabase Error\b|\b40P01\b|\bERROR: )[^\n]{0,300}\bdeadlock detected\b/,
      },
      { says: /\(1213, ['"]Deadlock found when trying to get lock/ },
    ],
    cause: 'Two transactions waited for each other, and the database ended this one.',
    advice:
      'Deploy again. If it happens again, let the pipelines that write the same tables run one after another.',
    transient: 'the database ended a deadlock',
  },
  {
    code: 'database_statement_timeout',
    prints: 'canceling statement due to statement timeout',
    when: [{ says: /\bcanceling statement due to statement timeout\b/ }],
    cause: 'A statement took longer than the database allows.',
    advice:
      'Make the query faster, for example by an index on the replication key, or raise `statement_timeout` for the user.',
  },
  {
    code: 'mysql_password',
    prints: "(1045, \"Access denied for user 'app'@'203.0.113.7' (using password: YES)\")",
    when: [{ says: /\(1045, ['"]Access denied for user '|\b1045 \(28000\): Access denied for user '/ }],
    cause: 'MySQL rejects user or password, or allows the user only from other hosts.',
    advice: "Correct them in the plugin's settings. `using password: NO` means that no password was set.",
  },
  {
    code: 'mysql_database_missing',
    prints: '(1049, "Unknown database \'shop\'")',
    when: [{ says: /\(1049, ['"]Unknown database '|\b1049 \(42000\): Unknown database '/ }],
    cause: 'MySQL has no database of this name.',
    advice: "Correct the database in the plugin's settings, or create it.",
  },
  {
    code: 'mysql_lost',
    prints: "(2013, 'Lost connection to MySQL server during query')",
    when: [
      {
        says: /\((?:2013, ['"]Lost connection to MySQL server during query|2006, ['"]MySQL server has gone away)/,
      },
    ],
    cause: 'The connection to MySQL broke during the work.',
    advice:
      'Deploy again. If it happens each time, raise `net_read_timeout`, `net_write_timeout` and `max_allowed_packet` on the server.',
    transient: 'the connection to MySQL broke',
  },
  {
    code: 'mysql_column_missing',
    prints: "(1054, \"Unknown column 'order_status' in 'field list'\")",
    when: [{ says: /\(1054, ['"]Unknown column '/ }],
    cause: 'The query names a column that does not exist.',
    advice:
      'Correct the name. If a column was removed, let the extractor discover its streams again, and deselect it.',
  },
  {
    code: 'mssql_driver',
    prints: '[unixODBC][Driver Manager]Data source name not found and no default driver specified',
    when: [
      { says: /\[Driver Manager\] ?Data source name not found and no default driver specified\b/i },
      { says: /\bCan't open lib '[^'\n]{1,200}' : file not found\b/ },
    ],
    cause: 'The job has no ODBC driver of this name.',
    advice:
      'Use a variant of the plugin that needs no ODBC driver (`pymssql`, `python-tds`), or name a driver that is installed.',
  },
  {
    code: 'mssql_login',
    prints:
      "[28000] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Login failed for user 'app'. (18456)",
    when: [{ says: /\[SQL Server\]Login failed for user '|\b18456, b?['"]Login failed for user '/ }],
    cause: 'SQL Server rejects the login, or the user may not open the database.',
    advice: "Check user, password and database in the plugin's settings.",
  },
  {
    code: 'duckdb_locked',
    prints: 'IO Error: Could not set lock on file "/data/shop.duckdb": Conflicting lock is held',
    when: [
      {
        says: /\bIO Error: Could not set lock on file "[^"\n]{1,300}": (?:Conflicting lock|Resource temporarily unavailable)/,
      },
    ],
    cause: 'Another process has the DuckDB file open.',
    advice: 'Let pipelines that use the file run one after another. Close other programs that have it open.',
  },
  {
    code: 'duckdb_table_missing',
    prints: 'Catalog Error: Table with name orders does not exist!',
    when: [{ says: /\bCatalog Error: Table with name [^\n]{1,200} does not exist!/ }],
    cause: 'The table does not exist in the DuckDB database.',
    advice:
      'Check schema and spelling. If another pipeline or model creates the table, it has to run first, with the same file.',
  },
  {
    code: 'sqlite_locked',
    prints: 'sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked',
    when: [{ says: /\bsqlite3\.OperationalError\b[):]{0,2} database is locked\b/ }],
    cause: 'Another process is writing to the SQLite file.',
    advice:
      "Let the pipelines run one after another. For Meltano's own database, use PostgreSQL (`database_uri`) where several runs overlap.",
  },
];
