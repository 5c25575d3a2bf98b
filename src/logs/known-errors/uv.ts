import type { KnownError } from './known-error.ts';

const FETCH_FAILED =
  /\bFailed to (?:fetch|download)\b|\bRequest failed after \d{1,3} retries\b|\berror sending request for url\b/;

export const UV_ERRORS: readonly KnownError[] = [
  {
    code: 'uv_certificate',
    prints:
      'Failed to fetch: `https://pypi.example.com/simple/tap-orders/`, then: invalid peer certificate: UnknownIssuer',
    when: [
      { says: /\binvalid peer certificate: / },
      { says: FETCH_FAILED, near: /\binvalid peer certificate: / },
    ],
    cause: 'uv does not trust the certificate of the package index.',
    advice:
      'Correct the address of the index. An index of your own needs a certificate of a public authority, or `SSL_CERT_FILE` with the path of its authority.',
  },
  {
    code: 'uv_network',
    prints: 'error sending request for url (https://pypi.org/simple/tap-orders/): operation timed out',
    when: [
      {
        says: FETCH_FAILED,
        near: /\boperation timed out\b|\btemporary failure in name resolution\b/i,
      },
    ],
    cause: 'The package index did not answer in time.',
    advice: 'Deploy again.',
    transient: 'the package index did not answer in time',
  },
  {
    code: 'uv_reset',
    prints:
      'error sending request for url (https://pypi.org/simple/tap-orders/): connection error: Connection reset by peer (os error 104)',
    when: [
      {
        says: FETCH_FAILED,
        near: /\bconnection (?:reset|closed before message completed)\b|\bConnection reset by peer\b/i,
      },
    ],
    cause: 'The connection to the package index broke.',
    advice: 'Deploy again.',
    transient: 'connection to the package index reset',
  },
  {
    code: 'uv_index_refused',
    prints:
      'Failed to fetch: `https://pypi.example.com/simple/`, then: HTTP status client error (401 Unauthorized)',
    when: [{ says: FETCH_FAILED, near: /\bHTTP status client error \((?:401 Unauthorized|403 Forbidden)\)/ }],
    cause: 'The package index rejects the credentials, or wants some.',
    advice:
      'Check the token in the index address, and whether its environment variable is set where the job runs.',
  },
  {
    code: 'uv_no_solution',
    prints: '× No solution found when resolving dependencies',
    when: [{ says: /\bNo solution found when resolving (?:`--with` )?dependencies\b/ }],
    cause: 'No versions of the packages fit each other and the version of Python.',
    advice:
      "The lines below the error say which requirements exclude each other. Change the version pins in `pip_url`, or the plugin's `python`.",
  },
  {
    code: 'uv_no_python',
    prints: 'error: No interpreter found for Python 3.7 in managed installations or search path',
    when: [{ says: /\bNo interpreter found for (?:Python|executable|path) / }],
    cause: "The plugin's `python` names a version that the job does not have.",
    advice: 'Set `python` in `meltano.yml` to a version that exists there, or remove it.',
  },
  {
    code: 'uv_hash_mismatch',
    prints: 'Hash mismatch for `tap-orders==1.0`',
    when: [{ says: /\bHash mismatch for `/ }],
    cause: 'A downloaded package is not the one whose hash the requirements name.',
    advice: 'Find out why it changed before you trust it. Then write the new hash into the requirements.',
  },
];
