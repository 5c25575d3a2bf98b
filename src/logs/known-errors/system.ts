import type { KnownError } from './known-error.ts';

export const SYSTEM_ERRORS: readonly KnownError[] = [
  {
    code: 'out_of_memory',
    prints: 'Command failed with exit code 137',
    when: [
      {
        says: /\bexit(?:ed)?(?: with)?(?: a)?(?: non-?zero)?(?: exit)?[ _-](?:code|status)(?::| of|=)? ?(?:137|-9)\b/i,
      },
      { says: /\bexit_codes=\{[^}\n]{0,200}: -9\b/ },
      { says: /\b(?:Loading|Extraction|Transformation) failed\b[^\n]{0,60}(?:\(-9\)|\bcode=-9\b)/ },
      { says: /^(?:\S{1,100}: line \d{1,6}: {1,6}\d{1,10} )?Killed(?:\s|$)/m },
      { says: /(?:^|[\s.])_?(?:Array)?MemoryError(?::|\s{0,10}$)/m },
      { says: /\bOOMKilled\b|\bdied with <Signals\.SIGKILL: 9>/ },
      { says: /\b[Oo]ut of memory: Kill(?:ed)? process \d|\bJavaScript heap out of memory\b/ },
    ],
    cause:
      'A process was killed (exit code 137, signal 9), usually because it needed more memory than the job has.',
    advice:
      'Use smaller batches (for SDK loaders `batch_size_rows`), fewer streams in one pipeline, or fewer pipelines at once. Otherwise give the job more memory. The same job fails again.',
  },
  {
    code: 'disk_full',
    prints: 'OSError: [Errno 28] No space left on device',
    when: [
      {
        says: /\[Errno 28\] No space left on device|\bwrite error: No space left on device|\bENOSPC: no space left on device/,
      },
    ],
    cause: 'The disk of the job is full.',
    advice:
      'Install fewer plugins, write less to temporary files (smaller batches), and commit no large files.',
  },
  {
    code: 'command_not_found',
    prints: '/bin/sh: 1: psql: not found',
    when: [{ says: /: (?:line )?\d{1,6}: [^\s:][^:\n]{0,100}: (?:command )?not found$/m }],
    cause: 'A script calls a command that the job does not have (exit code 127).',
    advice: 'Correct its name, or install it as a utility plugin of Meltano.',
  },
  {
    code: 'permission_denied',
    prints: '/bin/bash: line 1: ./scripts/load.sh: Permission denied',
    when: [{ says: /: (?:line )?\d{1,6}: [^\s:][^:\n]{0,200}: Permission denied$/m }],
    cause: 'A script is not executable (exit code 126), or a file may not be written.',
    advice:
      'Commit the script as executable (`git update-index --chmod=+x <file>`). If the job has to write the file, choose another folder.',
  },
  {
    code: 'certificate',
    prints: 'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed',
    when: [{ says: /\[SSL: CERTIFICATE_VERIFY_FAILED\]/ }],
    cause:
      'The certificate of the server is not trusted: it expired, has another name, or comes from a private authority.',
    advice:
      'Renew the certificate on the server. For a private authority, commit its certificate and name it in the setting of the plugin, or in `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE`.',
  },
  {
    code: 'dns',
    prints: 'Failed to establish a new connection: [Errno -3] Temporary failure in name resolution',
    when: [
      {
        says: /\b(?:Failed to establish a new connection|to address|gaierror|NameResolutionError|urlopen error|ConnectError|Cannot connect to host)\b[^\n]{0,200}Temporary failure in name resolution\b/,
      },
    ],
    cause: 'A host name could not be resolved for the moment.',
    advice: 'Deploy again. If it lasts, check the host name in the settings.',
    transient: 'a host name could not be resolved',
  },
  {
    code: 'dns_unknown',
    prints: 'Failed to establish a new connection: [Errno -2] Name or service not known',
    when: [
      {
        says: /\b(?:Failed to establish a new connection|gaierror|NameResolutionError|urlopen error|ConnectError|Cannot connect to host)\b[^\n]{0,200}Name or service not known\b/,
      },
    ],
    cause: 'The host name does not exist, or only inside a private network.',
    advice: "Correct the host or address in the plugin's settings.",
  },
  {
    code: 'connection_refused',
    prints: 'Failed to establish a new connection: [Errno 111] Connection refused',
    when: [
      {
        says: /\b(?:Failed to establish a new connection|urlopen error|ConnectError|Cannot connect to host)\b[^\n]{0,120}(?:\[Errno 111\] )?Connection refused\b/,
      },
      { says: /\bConnectionRefusedError: \[Errno 111\]/ },
    ],
    cause: 'Nothing answers at this host and port.',
    advice:
      "Check host and port in the plugin's settings. `localhost` is the machine of the job, not yours. The service has to be reachable from Meltano Cloud.",
  },
  {
    code: 'shared_library',
    prints: 'ImportError: libpq.so.5: cannot open shared object file: No such file or directory',
    when: [{ says: /\bImportError: lib[\w.+-]{1,80}\.so[\d.]{0,20}: cannot open shared object file\b/ }],
    cause: 'A Python package needs a library of the system that the job does not have.',
    advice:
      'Use a package that brings the library: for `libpq` `psycopg2-binary`, for others a wheel or another variant of the plugin.',
  },
  {
    code: 'connection_reset',
    prints: "ConnectionError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
    when: [
      {
        says: /\b(?:ConnectionError|ConnectionResetError|ProtocolError|ChunkedEncodingError)\b[^\n]{0,300}(?:Connection reset by peer|Remote end closed connection without response|Connection broken: )/,
      },
    ],
    cause: 'The other side closed the connection during the work.',
    advice: 'Deploy again. If it happens each time, ask for less at once (smaller pages or batches).',
    transient: 'the connection was closed',
  },
  {
    code: 'http_timeout',
    prints:
      "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.example.com', port=443): Read timed out.",
    when: [
      {
        says: /\b(?:ReadTimeout|ConnectTimeout|ReadTimeoutError|ConnectTimeoutError)\b[^\n]{0,300}\btimed out\b/,
      },
    ],
    cause: 'The service did not answer in time.',
    advice:
      'Deploy again. If it happens each time, request less at once, or raise the timeout in the settings of the plugin.',
    transient: 'a service did not answer in time',
  },
];
