import type { KnownError } from './known-error.ts';

export const MELTANO_ERRORS: readonly KnownError[] = [
  {
    code: 'meltano_not_installed',
    prints:
      "Cannot start plugin tap-orders: Executable 'tap-orders' could not be found. Extractor 'tap-orders' may not have been installed yet using `meltano install extractor tap-orders`",
    when: [
      {
        says: /Executable '[^'\n]{1,200}' could not be found\. [A-Z][\w ]{2,30} '[^'\n]{1,200}' may not have been installed/,
      },
    ],
    cause: 'The plugin has no command of this name: it was not installed, or its `executable` is wrong.',
    advice:
      'Look for an earlier error of its installation. If there is none, compare `executable` and `pip_url` of the plugin in `meltano.yml`: the package has to install a command of that name.',
  },
  {
    code: 'meltano_not_locked',
    prints:
      "Extractor 'tap-orders' is not known to Meltano. Try running `meltano lock --update --all` to ensure your plugins are up to date.",
    when: [{ says: / is not known to Meltano\. Try running `meltano lock / }],
    cause: 'No lock file in `plugins/` fits the name and the variant of the plugin.',
    advice:
      "Run `meltano lock --update --all` and commit the files that it writes. If the lock file exists, give the plugin the lock file's `variant` in `meltano.yml`.",
  },
  {
    code: 'meltano_not_known',
    prints:
      "Extractor 'tap-ordres' is not known to Meltano. Check https://hub.meltano.com/ for available plugins",
    when: [
      {
        says: /(?: is not known to Meltano|No definition found for [\w -]{1,200})\. Check https:\/\/hub\.meltano\.com/,
      },
      { says: / variant '[^'\n]{1,200}' is not known to Meltano\. Variants: / },
    ],
    cause: 'Meltano Hub has no plugin of this name and variant.',
    advice:
      'Correct `name` or `variant` in `meltano.yml`. A plugin that Meltano Hub does not list needs its own definition: `namespace`, `pip_url` and `executable`.',
  },
  {
    code: 'meltano_hub_unreachable',
    prints: 'Could not connect to Meltano Hub',
    when: [{ says: /\bCould not connect to Meltano Hub\b/ }],
    cause: 'Meltano Hub did not answer.',
    advice: 'Deploy again. Lock files in `plugins/` make an installation independent of Meltano Hub.',
    transient: 'Meltano Hub did not answer',
  },
  {
    code: 'meltano_no_loader',
    prints: 'block violates set requirements: Found no end in block set!',
    when: [{ says: /\b(?:Found no end|Loader missing) in block set!/ }],
    cause: 'The pipeline has an extractor, but no loader after it.',
    advice: 'Name a loader after the extractor, for example `tap-orders target-postgres`.',
  },
  {
    code: 'meltano_env_var_not_set',
    prints: "Environment variable 'TARGET_SCHEMA' referenced but not set",
    when: [{ says: /Environment variable '[^'\n]{1,200}' referenced but not set/ }],
    cause: '`meltano.yml` refers to an environment variable that does not exist where the job runs.',
    advice:
      "Set the variable in the workspace's settings on Meltano Cloud or under `env` in `meltano.yml`, or remove the reference.",
  },
  {
    code: 'meltano_database_uri',
    prints: 'The `database_uri` setting has a null value',
    when: [
      {
        says: /'NoneType' object has no attribute '_instantiate_plugins'|The `database_uri` setting has a null value/,
      },
    ],
    cause: '`database_uri` has no value: it usually refers to an environment variable that is not set.',
    advice: 'Set that variable where the job runs, or remove `database_uri` from `meltano.yml`.',
  },
  {
    code: 'meltano_catalog_invalid',
    prints: 'Catalog discovery failed: invalid catalog: Expecting value: line 1 column 1 (char 0)',
    when: [{ says: /\bCatalog discovery failed: invalid catalog: / }],
    cause: 'The extractor did not print a catalog when it was asked for its streams.',
    advice:
      'Run `meltano invoke <extractor> --discover` to see what it prints. If another version of the extractor works, pin it in `pip_url`.',
  },
  {
    code: 'meltano_environment_missing',
    prints: "Environment 'staging' was not found.",
    when: [{ says: /\bEnvironment '[^'\n]{1,200}' was not found\b/ }],
    cause: '`meltano.yml` has no environment of this name.',
    advice:
      'Add it under `environments`, or correct `default_environment` or the environment that the workspace uses.',
  },
  {
    code: 'meltano_job_missing',
    prints: "Job 'daily' was not found.",
    when: [{ says: /\bJob '[^'\n]{1,200}' was not found\./ }],
    cause: '`meltano.yml` has no job of this name.',
    advice: 'Add it under `jobs`, or correct the name where it is used, for example in a schedule.',
  },
  {
    code: 'meltano_database_newer',
    prints: "Can't locate revision identified by 'f4c225a9492f'",
    when: [{ says: /\bCan't locate revision identified by '/ }],
    cause: "A newer version of Meltano has changed Meltano's system database.",
    advice: 'Use that version of Meltano or a newer one.',
  },
  {
    code: 'meltano_already_running',
    prints: "Another 'prod:daily' pipeline is already running which started at 2026-05-01 10:00:00.",
    when: [{ says: /\bAnother '[^'\n]{1,200}' pipeline is already running which started at / }],
    cause: 'A run with the same state ID has not ended, as far as Meltano knows.',
    advice:
      'Wait until it has ended. If it was killed, Meltano treats it as running for some minutes more; `meltano run --force` ignores it.',
  },
  {
    code: 'meltano_file_empty',
    prints: 'Your meltano.yml file is empty',
    when: [{ says: /\bYour meltano\.yml file is empty\b/ }],
    cause: '`meltano.yml` has no content.',
    advice: 'Restore it from an earlier commit.',
  },
  {
    code: 'yaml_mapping',
    prints: 'mapping values are not allowed here',
    when: [{ says: /\bmapping values are not allowed (?:here|in this context)\b/ }],
    cause: 'A YAML file has a second `key:` in one line, or a line that is indented too far.',
    advice: 'Correct the line that the error names. Put a text with a colon into quotes.',
  },
  {
    code: 'yaml_tab',
    prints: "found character '\\t' that cannot start any token",
    when: [{ says: /found character '\\t' that cannot start any token/ }],
    cause: 'A line of a YAML file is indented with a tab.',
    advice: 'Indent the line that the error names with blanks.',
  },
];
