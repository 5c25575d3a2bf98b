import { BUILD_FAILED, IN_BUILD, type KnownError } from './known-error.ts';

const NO_VERSION =
  /\bCould not find a version that satisfies the requirement |\bNo matching distribution found for /;
const INDEX_FAILED = /\bCould not fetch URL |after connection broken by '/;
const TIMED_OUT =
  /\bRetry\(total=0[^\n]{0,200}connection broken by '(?:(?:ReadTimeoutError|ConnectTimeoutError)|NewConnectionError\b[^\n]{0,300}Temporary failure in name resolution)/;
const RESET = /\bRetry\(total=0[^\n]{0,200}connection broken by '(?:ProtocolError|RemoteDisconnected)/;

export const PIP_ERRORS: readonly KnownError[] = [
  {
    code: 'pip_certificate',
    prints:
      "Could not install packages due to an OSError: … (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: …')))",
    when: [
      { says: /\bCould not install packages due to [^\n]{1,600}CERTIFICATE_VERIFY_FAILED/ },
      { says: /\bproblem confirming the ssl certificate[^\n]{1,400}CERTIFICATE_VERIFY_FAILED/ },
      { says: NO_VERSION, near: /CERTIFICATE_VERIFY_FAILED/ },
    ],
    cause: 'pip does not trust the certificate of the package index.',
    advice:
      'Correct the address of the index. An index of your own needs a certificate of a public authority, or `PIP_CERT` with the path of its authority.',
  },
  {
    code: 'pip_timeout',
    prints:
      "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.pythonhosted.org', port=443): Read timed out.",
    when: [
      {
        says: /\bpip\._vendor\.[\w.]{1,100}\.(?:ReadTimeoutError|ConnectTimeoutError)\b/,
      },
      { says: NO_VERSION, near: TIMED_OUT },
    ],
    cause: 'The package index did not answer in time.',
    advice: 'Deploy again.',
    transient: 'the package index did not answer in time',
  },
  {
    code: 'pip_reset',
    prints:
      "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
    when: [
      { says: /\bpip\._vendor\.[\w.]{1,100}\.(?:ProtocolError|IncompleteRead)\b/ },
      { says: NO_VERSION, near: RESET },
    ],
    cause: 'The connection to the package index broke.',
    advice: 'Deploy again.',
    transient: 'connection to the package index reset',
  },
  {
    code: 'pip_requires_python',
    prints: "ERROR: Package 'tap-orders' requires a different Python: 3.12.1 not in '<3.12,>=3.8'",
    when: [
      { says: /\bPackage '[^'\n]{1,200}' requires a different Python: / },
      {
        says: /\bsatisfies the requirement [^\n]{1,300} \(from versions: none\)/,
        near: /\bIgnored the following versions that require a different python version/,
      },
    ],
    cause: 'The package does not support the version of Python that installs it.',
    advice:
      "Use a release of the plugin that supports it, or set the plugin's `python` in `meltano.yml` to a version that the package supports.",
  },
  {
    code: 'pip_no_version',
    prints:
      'ERROR: Could not find a version that satisfies the requirement tap-orders==9.9 (from versions: 1.0, 1.1)',
    when: [{ says: NO_VERSION, unless: INDEX_FAILED }],
    cause: 'The package index has no release of this package that fits.',
    advice:
      'Check the name and the version in `pip_url`. `from versions: none` means that no release fits this Python and machine, or that the package has another name.',
  },
  {
    code: 'pip_conflict',
    prints:
      'ERROR: Cannot install tap-orders and singer-sdk==0.40 because these package versions have conflicting dependencies.',
    when: [
      { says: /\bbecause these package versions have conflicting dependencies\b|\bResolutionImpossible: / },
    ],
    cause: 'Two of the packages need versions of a third one that exclude each other.',
    advice:
      'Loosen or drop one of the version pins in `pip_url`. The lines below the error name the packages.',
  },
  {
    code: 'pip_hash_mismatch',
    prints: 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.',
    when: [{ says: /\bTHESE PACKAGES DO NOT MATCH THE HASHES\b/ }],
    cause: 'A downloaded package is not the one whose hash the requirements file names.',
    advice:
      'Find out why it changed before you trust it. Then write the new hash into the requirements file.',
  },
  {
    code: 'pip_not_a_project',
    prints:
      "ERROR: file:///project/extract/tap-orders does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found.",
    when: [{ says: / does not appear to be a Python project: / }],
    cause: 'The folder or repository in `pip_url` has no `pyproject.toml` or `setup.py` at its root.',
    advice: 'Correct the path, or add `#subdirectory=…` to a git address. The folder has to be committed.',
  },
  {
    code: 'pip_invalid_requirement',
    prints: "ERROR: Invalid requirement: 'tap-orders=1.0'",
    when: [{ says: /\bInvalid requirement: '/ }],
    cause: 'A part of `pip_url` is neither a package with a version nor an address.',
    advice: 'Correct it. A version takes two equals signs: `tap-orders==1.0`.',
  },
  {
    code: 'pip_index_refused',
    prints: 'ERROR: HTTP error 403 while getting https://pypi.example.com/tap-orders-1.0.tar.gz',
    when: [{ says: /\bHTTP error (?:401|403) while getting / }],
    cause: 'The package index rejects the credentials, or wants some.',
    advice:
      'Check the token in the index address, and whether its environment variable is set where the job runs.',
  },
  {
    code: 'pip_pg_config',
    prints: 'Error: pg_config executable not found.',
    when: [
      { says: /\bpg_config executable not found\b/ },
      { says: BUILD_FAILED, near: /\bpg_config executable not found\b/ },
    ],
    cause: 'The plugin needs `psycopg2`, which has to be compiled and lacks the PostgreSQL client library.',
    advice:
      "Use a release of the plugin that needs `psycopg2-binary` or `psycopg`. Where the plugin only wants `psycopg2<2.9`, an older Python may have a built package: set the plugin's `python`.",
  },
  {
    code: 'pip_mysql_config',
    prints: 'OSError: mysql_config not found',
    when: [
      { says: /\bmysql_config:? not found\b/ },
      { says: BUILD_FAILED, near: /\bmysql_config:? not found\b|Can not find valid pkg-config name/ },
    ],
    cause: 'The plugin needs `mysqlclient`, which has to be compiled and lacks the MySQL client library.',
    advice: 'Use a variant of the plugin that works with `PyMySQL` or `mysql-connector-python`.',
  },
  {
    code: 'pip_python_headers',
    prints: 'fatal error: Python.h: No such file or directory',
    when: [
      { says: /\bfatal error: Python\.h: No such file or directory/ },
      {
        says: /\berror: command '[^'\n]{1,100}(?:gcc|cc|\+\+|clang)' failed with exit (?:code|status) 1|subprocess-exited-with-error/,
        near: /\bfatal error: Python\.h: No such file or directory/,
      },
    ],
    cause: 'A package has to be compiled, and the headers of Python are missing.',
    advice:
      "Use a version of the package that is built for this Python: pin another one in `pip_url`, or set the plugin's `python` to an older version.",
  },
  {
    code: 'pip_system_header',
    prints: 'fatal error: libxml/parser.h: No such file or directory',
    when: [
      { says: /\bfatal error: [\w./+-]{1,100}\.h(?:pp)?: No such file or directory/ },
      {
        says: /\berror: command '[^'\n]{1,100}(?:gcc|cc|\+\+|clang)' failed with exit (?:code|status) 1|subprocess-exited-with-error/,
        near: /\bfatal error: [\w./+-]{1,100}\.h(?:pp)?: No such file or directory/,
      },
    ],
    cause: 'A package has to be compiled, and a library of the system is missing.',
    advice:
      "Use a version of the package that is built for this Python: pin another one in `pip_url`, or set the plugin's `python` to an older version.",
  },
  {
    code: 'pip_no_compiler',
    prints: "error: [Errno 2] No such file or directory: 'gcc'",
    when: [
      { says: /\bNo such file or directory: '(?:gcc|g\+\+|cc|c\+\+|clang|x86_64-linux-gnu-gcc)'/ },
      { says: /\berror: command '(?:[\w./-]{0,60}gcc|g\+\+|cc|clang)' failed: No such file or directory/ },
      {
        says: BUILD_FAILED,
        near: /\bNo such file or directory: '(?:gcc|g\+\+|cc|clang)'|\bcommand '(?:gcc|g\+\+|cc|clang)' failed: No such file or directory/,
      },
    ],
    cause: 'A package has to be compiled, and the job has no C compiler.',
    advice:
      "Use a version of the package that is built for this Python: pin another one in `pip_url`, or set the plugin's `python` to an older version.",
  },
  {
    code: 'pip_rust_missing',
    prints: "error: can't find Rust compiler",
    when: [
      { says: /\bcan't find Rust compiler\b|\bCargo, the Rust package manager, is not installed\b/ },
      {
        says: BUILD_FAILED,
        near: /\bcan't find Rust compiler\b|\bCargo, the Rust package manager, is not installed\b/,
      },
    ],
    cause: 'A package has to be compiled, and the job has no Rust compiler.',
    advice:
      "Use a version of the package that is built for this Python: pin another one in `pip_url`, or set the plugin's `python` to an older version.",
  },
  {
    code: 'pip_build_module',
    prints: "ModuleNotFoundError: No module named 'setuptools', then: [end of output]",
    when: [{ says: /\bModuleNotFoundError: No module named '[\w.-]{1,200}'/, near: IN_BUILD }],
    cause: 'A package has to be built, and needs a module for it that it does not declare.',
    advice:
      'Use a version of the package that need not be built, or a newer one: pin it in `pip_url`. The module itself in `pip_url` does not help, because builds have their own environment.',
  },
  {
    code: 'pip_cython',
    prints: "AttributeError: 'build_ext' object has no attribute 'cython_sources'",
    when: [
      { says: /'build_ext' object has no attribute 'cython_sources'/ },
      { says: BUILD_FAILED, near: /'build_ext' object has no attribute 'cython_sources'/ },
    ],
    cause: 'The plugin pins PyYAML before 6.0.1, which can no longer be compiled.',
    advice:
      "Use a release of the plugin that allows PyYAML 6.0.1 or newer, or an older Python (the plugin's `python`).",
  },
];
