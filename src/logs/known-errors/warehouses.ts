import type { KnownError } from './known-error.ts';

export const WAREHOUSE_ERRORS: readonly KnownError[] = [
  {
    code: 'snowflake_login',
    prints:
      '250001 (08001): Failed to connect to DB: acme.snowflakecomputing.com:443. Incorrect username or password was specified.',
    when: [{ says: /\bFailed to connect to DB: [^\n]{0,200}Incorrect username or password/ }],
    cause: 'Snowflake rejects the login.',
    advice:
      'Check account, user and password. Snowflake refuses passwords of users that need a second factor: use a key pair for a service user.',
  },
  {
    code: 'snowflake_key',
    prints: '250001 (08001): Failed to connect to DB: acme.snowflakecomputing.com:443. JWT token is invalid.',
    when: [{ says: /\bFailed to connect to DB: [^\n]{0,200}JWT token is invalid/ }],
    cause: 'Snowflake rejects the key pair: the user has another public key, or account or user is wrong.',
    advice: "Set the user's `RSA_PUBLIC_KEY` to the public half of the private key in the plugin's settings.",
  },
  {
    code: 'snowflake_account',
    prints:
      '250001 (08001): Failed to connect to DB. Verify the account name is correct: acme.snowflakecomputing.com:443.',
    when: [{ says: /\bFailed to connect to DB\. Verify the account name is correct\b/ }],
    cause: 'There is no Snowflake account of this name.',
    advice:
      'Set `account` to the identifier without `.snowflakecomputing.com`: `organisation-account`, or the locator with its region.',
  },
  {
    code: 'snowflake_network',
    prints: 'Incoming request with IP/Token 203.0.113.7 is not allowed to access Snowflake.',
    when: [{ says: /\bIncoming request with IP\b[^\n]{0,80} is not allowed to access Snowflake\b/ }],
    cause: 'A network policy of Snowflake does not allow the address of the job.',
    advice: 'Add the addresses from which Meltano Cloud connects to the network policy.',
  },
  {
    code: 'snowflake_warehouse',
    prints: 'No active warehouse selected in the current session.',
    when: [{ says: /\bNo active warehouse selected in the current session\b/ }],
    cause: 'The warehouse is not set, does not exist, or the role may not use it.',
    advice: 'Set `warehouse`, and grant the role: `grant usage on warehouse … to role …`.',
  },
  {
    code: 'snowflake_monitor',
    prints:
      "Warehouse 'LOADING' cannot be resumed because resource monitor 'MONTHLY' has exceeded its quota.",
    when: [{ says: /\bcannot be resumed because resource monitor\b/ }],
    cause: 'The warehouse has used up its credits.',
    advice: 'Raise the quota of the resource monitor, or wait for its next period.',
  },
  {
    code: 'snowflake_privileges',
    prints: "SQL access control error: Insufficient privileges to operate on schema 'RAW'",
    when: [{ says: /\bSQL access control error\b/ }],
    cause: 'The Snowflake role lacks a privilege.',
    advice:
      'Grant it to the role of the plugin on what the error names. A table that another role created may need new ownership.',
  },
  {
    code: 'snowflake_object_missing',
    prints: "SQL compilation error: Schema 'RAW' does not exist or not authorized.",
    when: [{ says: /\bSQL compilation error\b[^\n]{0,300} does not exist or not authorized\b/ }],
    cause: 'The object does not exist in this database and schema, or the role may not see it.',
    advice:
      'Check database, schema and spelling. If it exists, grant the role `usage` on database and schema, and `select` on the object.',
  },
  {
    code: 'snowflake_column_missing',
    prints: "SQL compilation error: error line 3 at position 4 invalid identifier 'ORDER_STATUS'",
    when: [
      { says: /\bSQL compilation error\b[^\n]{0,300}\binvalid identifier '/ },
      {
        says: /\bSQL compilation error: error line \d{1,7} at position \d{1,7}$/m,
        near: /\berror line \d{1,7} at position \d{1,7}[^\n]{0,120}\n[^\n]{0,120}\binvalid identifier '/,
      },
    ],
    cause: 'The query names a column that does not exist.',
    advice: 'Correct the name. A column that was created in quotes has to be quoted.',
  },
  {
    code: 'bigquery_denied',
    prints:
      'Access Denied: Project acme: User does not have bigquery.jobs.create permission in project acme.',
    when: [
      {
        says: /\bAccess Denied: (?:Project|Dataset|Table|Job|Routine) [^\n]{1,300}(?:does not have (?:bigquery\.|permission )|Permission bigquery\.)/,
      },
    ],
    cause: 'The service account lacks a permission in BigQuery, or the table does not exist.',
    advice:
      'Grant it BigQuery Job User in the project, and BigQuery Data Editor (or Data Viewer) on the dataset. Check the location too.',
  },
  {
    code: 'bigquery_drive',
    prints: 'Access Denied: BigQuery BigQuery: Permission denied while getting Drive credentials.',
    when: [{ says: /\bPermission denied while (?:getting Drive credentials|globbing file pattern)\b/ }],
    cause:
      'An external table reads files that the credentials may not read: in Google Drive or Cloud Storage.',
    advice:
      'Share the file with the service account. For Drive, add the scope `https://www.googleapis.com/auth/drive` to the profile.',
  },
  {
    code: 'bigquery_quota',
    prints: 'Quota exceeded: Your project exceeded quota for concurrent queries',
    when: [
      { says: /\bQuota exceeded: Your (?:project|table|user|dataset)\b[^\n]{0,60} exceeded quota for / },
    ],
    cause: 'A quota of BigQuery is used up.',
    advice:
      'The error names the quota. Wait, run fewer threads at once, or ask Google for more. A project without billing has small quotas.',
  },
  {
    code: 'bigquery_bytes_billed',
    prints: 'Query exceeded limit for bytes billed: 1000000000. 2000000000 or higher required.',
    when: [{ says: /\bQuery exceeded limit for bytes billed: / }],
    cause: 'The query would read more than `maximum_bytes_billed` allows.',
    advice: 'Read fewer partitions or columns, or raise the limit in `profiles.yml`.',
  },
  {
    code: 'bigquery_location',
    prints: 'Not found: Dataset acme:raw was not found in location EU',
    when: [{ says: /\bNot found: (?:Dataset|Table) [^\n]{1,300} was not found in location / }],
    cause: 'The dataset does not exist in this location.',
    advice: 'Check project and dataset. If it exists elsewhere, set `location` to its location.',
  },
  {
    code: 'bigquery_billing',
    prints: 'Billing has not been enabled for this project.',
    when: [{ says: /\bBilling has not been enabled for this project\b/ }],
    cause: 'The Google Cloud project has no billing account, which this statement needs.',
    advice: 'Enable billing for the project, or use another project.',
  },
  {
    code: 'sql_syntax',
    prints: 'Database Error in model orders (models/orders.sql): syntax error at or near "form"',
    when: [
      {
        says: /(?:\bDatabase Error\b|\bSyntaxError: |\bSQL compilation error\b)[^\n]{0,300}\bsyntax error (?:at or near|line \d{1,7} at)/,
      },
    ],
    cause: 'The database cannot read the SQL.',
    advice: 'Look at the compiled SQL at the line that the error names, usually right before it.',
  },
];
