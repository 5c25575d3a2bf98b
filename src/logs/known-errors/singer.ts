import type { KnownError } from './known-error.ts';

export const SINGER_ERRORS: readonly KnownError[] = [
  {
    code: 'singer_config_required',
    prints:
      "singer_sdk.exceptions.ConfigValidationError: Config validation failed: 'start_date' is a required property",
    when: [
      { says: /\bConfig validation (?:failed|error): '[^'\n]{1,200}' is a required property/ },
      { says: /\bConfig is missing required keys: / },
    ],
    cause: 'The plugin needs a setting that has no value.',
    advice:
      "Set it under `config` of the plugin in `meltano.yml`, or a secret in the workspace's settings on Meltano Cloud. If it has a value there, check the name and the environment.",
  },
  {
    code: 'singer_config_invalid',
    prints: "Config validation error: None is not of type 'string'",
    when: [{ says: /\bConfig validation (?:failed|error): / }],
    cause: 'A setting of the plugin has a value of the wrong kind.',
    advice:
      'Compare `config` in `meltano.yml` with the settings of the plugin. `None` means that a reference to an environment variable has no value.',
  },
  {
    code: 'singer_record_invalid',
    prints: "jsonschema.exceptions.ValidationError: '12' is not of type 'integer'",
    when: [
      // A missing property can be one of the settings.
      { says: /\bjsonschema\.exceptions\.ValidationError: (?![^\n]{0,200} is a required property$)/m },
      { says: /\bRecord Message Validation Error: / },
      { says: /\bInvalid records detected above threshold\b/ },
    ],
    cause: 'The loader got a record that differs from the schema that the extractor had announced.',
    advice:
      'The lines below the error name the field. Correct its type with the `schema` extra of the extractor, deselect it with `select`, or use a release of the extractor that describes it correctly.',
  },
  {
    code: 'singer_schema_missing',
    prints: "A record for stream 'orders' was encountered before a corresponding schema.",
    when: [
      { says: /\bA record for stream '?[^\n']{1,200}'? was encountered before a corresponding schema\b/ },
    ],
    cause: 'The extractor sent a record of a stream before its schema.',
    advice:
      'Look for `stream_maps` with `__alias__` and for a mapper that renames the stream. Without these, the extractor has a mistake: use another release.',
  },
  {
    code: 'singer_unsorted',
    prints: 'singer_sdk.exceptions.InvalidStreamSortException: Unsorted data detected in stream.',
    when: [{ says: /\bUnsorted data detected in stream\b/ }],
    cause: 'The extractor expects records in the order of the replication key, and got others.',
    advice:
      'Choose a `replication-key` in `metadata` that only grows, or replicate the stream with `FULL_TABLE`.',
  },
  {
    code: 'singer_key_missing',
    prints: 'Record is missing one or more key_properties.',
    when: [{ says: /\bRecord is missing one or more key_properties\b/ }],
    cause: 'A record has no value for a primary key of its stream.',
    advice:
      'Select the key with `select`. If the source has none, set other `table-key-properties` in `metadata`.',
  },
  {
    code: 'singer_replication_key',
    prints:
      "singer_sdk.exceptions.InvalidReplicationKeyException: Field 'updated_at' is not in schema for stream 'orders'",
    when: [
      { says: /\bField '[^'\n]{1,200}' is not in schema for stream '/ },
      { says: /\bCould not detect replication key for '/ },
    ],
    cause: 'The replication key of a stream is none of its fields, or not set.',
    advice: 'Correct `replication-key` in `metadata`, and select that field.',
  },
  {
    code: 'mysql_binlog_format',
    prints: "Exception: Unable to replicate binlog stream because binlog_format is not set to 'ROW'",
    when: [
      { says: /\bUnable to replicate binlog stream because binlog_(?:format|row_image) is not set to / },
    ],
    cause: 'MySQL does not write its log in the form that `LOG_BASED` replication reads.',
    advice:
      'Set `binlog_format` to `ROW` and `binlog_row_image` to `FULL` on the server, or use another replication method.',
  },
  {
    code: 'mysql_binlog_gone',
    prints:
      'Exception: Unable to replicate binlog stream because the following binary log(s) no longer exist',
    when: [
      { says: /\bUnable to replicate binlog stream because the following binary log\(s\) no longer exist\b/ },
    ],
    cause: 'MySQL has deleted the log at which the state points.',
    advice:
      'Replicate the stream in full once: clear its state. Let the server keep its logs longer than the time between two runs.',
  },
];
