import type { KnownError } from './known-error.ts';

export const DBT_ERRORS: readonly KnownError[] = [
  {
    code: 'dbt_profile_missing',
    prints: "Runtime Error: Could not find profile named 'warehouse'",
    when: [
      { says: /\bCould not find profile named '/ },
      { says: /\bdbt cannot run because no profile was specified for this dbt project\b/ },
      {
        says: /\bRuntime Error\b/,
        near: /\bCould not find profile named '|\bno profile was specified for this dbt project\b/,
      },
    ],
    cause: '`profile` in `dbt_project.yml` names no profile of the `profiles.yml` that dbt reads.',
    advice:
      'Make both names equal. dbt reads the folder in `DBT_PROFILES_DIR`: with Meltano, the setting `profiles_dir` of the dbt plugin.',
  },
  {
    code: 'dbt_target_missing',
    prints: "Runtime Error: The profile 'warehouse' does not have a target named 'prod'.",
    when: [{ says: /\bThe profile '[^'\n]{1,200}' does not have a target named '/ }],
    cause: 'The profile has no output of this name.',
    advice:
      'Add it under `outputs` in `profiles.yml`, or correct the target: with Meltano, the setting `target` of the dbt plugin.',
  },
  {
    code: 'dbt_packages_missing',
    prints:
      'Compilation Error: dbt found 1 package(s) specified in packages.yml, but only 0 package(s) installed in dbt_packages. Run "dbt deps" to install package dependencies.',
    when: [
      {
        says: /\bdbt found \d{1,6} package\(s\) specified in [\w.]{1,60}, but only \d{1,6} package\(s\) installed in /,
      },
    ],
    cause: "dbt's packages were not installed before this command.",
    advice: 'Run `dbt deps` first: with Meltano, put `dbt-<adapter>:deps` before the command in the job.',
  },
  {
    code: 'dbt_package_version',
    prints:
      'Version error for package dbt-labs/dbt_utils: Could not find a satisfactory version from options',
    when: [
      {
        says: /\bVersion error for package [^\s:]{1,200}: Could not find a (?:satisfactory version|matching compatible version)/,
      },
      { says: /\bCould not find a matching compatible version for package /i },
    ],
    cause: 'Two packages want versions of a dbt package that exclude each other, or none fits this dbt.',
    advice: 'Change the versions in `packages.yml` so that one version fits all.',
  },
  {
    code: 'dbt_version',
    prints: "Runtime Error: This version of dbt is not supported with the 'dbt_utils' package.",
    when: [
      { says: /\bThis version of dbt is not supported with the '/ },
      { says: /\bRuntime Error\b/, near: /\bThis version of dbt is not supported with the '/ },
    ],
    cause: "The project or a package asks for another version of dbt than the plugin's.",
    advice:
      'Change the version of the package in `packages.yml`, or the version of dbt in the `pip_url` of the dbt plugin. The log names both.',
  },
  {
    code: 'dbt_undefined',
    prints: "Compilation Error in model orders (models/orders.sql): 'dbt_utils' is undefined.",
    when: [{ says: /\bCompilation Error\b[^\n]{0,300}'[^'\n]{1,200}' is undefined\b/ }],
    cause: 'A model uses a macro, a package or a variable that does not exist.',
    advice:
      'Correct the name. If it is from a package, add the package to `packages.yml` and run `dbt deps` first.',
  },
  {
    code: 'dbt_node_missing',
    prints:
      "Compilation Error: Model 'model.acme.orders' (models/orders.sql) depends on a node named 'stg_stores' which was not found",
    when: [
      {
        says: /\bdepends on a (?:node|source|macro|model) named '[^\n]{1,200}' (?:in package [^\n]{1,100} )?which (?:was not found|is disabled)/,
      },
    ],
    cause: '`ref()` or `source()` names something that does not exist or is disabled.',
    advice: 'Correct the name, or add the model or source. A name has to match in upper and lower case.',
  },
  {
    code: 'dbt_duplicate',
    prints: 'Compilation Error: dbt found two macros named "cents" in the project "acme".',
    when: [
      {
        says: /\bdbt found two (?:\w{1,20} )?(?:models|macros|resources|sources|tests|docs|schema\.yml entries|schema patches|snapshots|seeds|analyses|exposures|metrics|nodes)\b/,
      },
    ],
    cause: 'Two of the same kind have the same name.',
    advice:
      'Rename or remove one. If both lines below the error name the same file, a path appears twice in `dbt_project.yml`.',
  },
  {
    code: 'dbt_env_var',
    prints: "Parsing Error: Env var required but not provided: 'DBT_USER'",
    when: [{ says: /\bEnv var required but not provided: '/ }],
    cause: '`env_var()` asks for an environment variable that does not exist where the job runs.',
    advice:
      "Set the variable, or the setting of the dbt plugin that provides it, in the workspace's settings on Meltano Cloud. Or give `env_var()` a default.",
  },
  {
    code: 'dbt_test_failed',
    prints: 'Failure in test unique_orders_id (models/schema.yml): Got 3 results, configured to fail if != 0',
    when: [{ says: /\bGot \d{1,15} results?, configured to fail if / }],
    cause: 'Data does not pass a test.',
    advice:
      'Run the compiled SQL of the test to see the rows. Correct the data or the model; change the test if it is too strict.',
  },
  {
    code: 'dbt_contract',
    prints:
      'Compilation Error in model orders (models/orders.sql): This model has an enforced contract that failed.',
    when: [{ says: /\bThis model has an enforced contract that failed\b/ }],
    cause: 'The columns of the model differ from its contract.',
    advice: 'The table below the error names the columns. Change the query, or the columns in the YAML file.',
  },
  {
    code: 'dbt_jinja',
    prints: "Compilation Error in model orders (models/orders.sql): unexpected '}'",
    when: [
      {
        says: /\bCompilation Error\b[^\n]{0,300}(?:\): |\t| )(?:unexpected '|expected token '|Encountered unknown tag '|unexpected end of template|Missing end of comment tag)/,
      },
    ],
    cause: 'The Jinja in this file cannot be read: usually a bracket, a quote or an `end…` is missing.',
    advice: 'Correct the line that the error names.',
  },
  {
    code: 'dbt_cycle',
    prints: 'Found a cycle: model.acme.a --> model.acme.b --> model.acme.a',
    when: [{ says: /\bFound a cycle: (?:model|snapshot|source|seed|test)\./ }],
    cause: 'Models refer to each other in a circle.',
    advice: 'Remove one of the `ref()` in the circle that the error names.',
  },
  {
    code: 'dbt_project_missing',
    prints: 'Runtime Error: No dbt_project.yml found at expected path /project/transform/dbt_project.yml',
    when: [
      {
        says: /\bNo dbt_project\.yml found at expected path\b|\bno dbt_project\.yml found at expected path\b/,
      },
    ],
    cause: 'dbt was started in a folder that has no dbt project.',
    advice: 'Set `project_dir` of the dbt plugin to the folder with `dbt_project.yml`, and commit that file.',
  },
  {
    code: 'dbt_credentials',
    prints:
      'Runtime Error: Credentials in profile "warehouse", target "prod" invalid: \'host\' is a required property',
    when: [{ says: /\bCredentials in profile "[^"\n]{1,200}", target "[^"\n]{1,200}" invalid: / }],
    cause: 'The connection in `profiles.yml` lacks a value, or has one of the wrong kind.',
    advice: 'The error names the key. Usually its environment variable is not set where the job runs.',
  },
];
