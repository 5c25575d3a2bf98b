import type { KnownError } from './known-error.ts';

const NO_REMOTE =
  /Could not read from remote repository|Permission denied \(publickey|Host key verification failed/;

export const GIT_ERRORS: readonly KnownError[] = [
  {
    code: 'git_ssh_colon',
    prints: 'ssh: Could not resolve hostname ssh.dev.example.com:v3: Name or service not known',
    when: [
      { says: /ssh: Could not resolve hostname [^\s:]{1,200}:[^\s:]{1,200}: / },
      { says: NO_REMOTE, near: /ssh: Could not resolve hostname [^\s:]{1,200}:[^\s:]{1,200}: / },
    ],
    cause: 'The `pip_url` has a colon after the host, as `git clone` takes it. pip and uv take only a slash.',
    advice: 'Write `git+ssh://git@host/path` instead of `git+ssh://git@host:path`.',
  },
  {
    code: 'git_host_key',
    prints: 'Host key verification failed.',
    when: [
      { says: /\bHost key verification failed\b/ },
      { says: NO_REMOTE, near: /\bHost key verification failed\b/ },
    ],
    cause: 'The job does not know the SSH host key of the git server.',
    advice:
      'Use an `https` address in `pip_url` or `packages.yml`, with a token in an environment variable if the repository is private.',
  },
  {
    code: 'git_ssh_key',
    prints: 'git@github.com: Permission denied (publickey).',
    when: [
      { says: /\bPermission denied \(publickey/ },
      { says: NO_REMOTE, near: /\bPermission denied \(publickey/ },
    ],
    cause: 'The git server rejects the SSH key of the job, or the job has none.',
    advice:
      'Use an `https` address in `pip_url` or `packages.yml`, with a token in an environment variable if the repository is private; or give the job a key that may read the repository.',
  },
  {
    code: 'git_credentials',
    prints: "fatal: could not read Username for 'https://github.com': No such device or address",
    when: [
      { says: /\bcould not read (?:Username|Password) for '/ },
      { says: /\bAuthentication failed for 'https?:/ },
    ],
    cause:
      'The git server asks for a login: the repository is private or does not exist, or the token is wrong.',
    advice:
      'Check the address. For a private repository, put a token that may read it into an environment variable and refer to it: `git+https://$GIT_TOKEN@host/owner/name.git`.',
  },
  {
    code: 'git_repository_missing',
    prints: "fatal: repository 'https://github.com/acme/tap-orders.git/' not found",
    when: [{ says: /\bremote: Repository not found|\bfatal: repository '[^'\n]{1,300}' not found/ }],
    cause: 'The repository does not exist under this address, or it is private.',
    advice: 'Correct the address. For a private repository, add a token that may read it.',
  },
  {
    code: 'git_dns',
    prints:
      "fatal: unable to access 'https://github.com/acme/tap-orders.git/': Could not resolve host: github.com",
    when: [{ says: /\bunable to access 'https?:[^'\n]{1,300}': Could not resolve host: / }],
    cause: 'The name of the git server could not be resolved.',
    advice: 'Check the name in the address. If it is right, deploy again.',
  },
  {
    code: 'git_revision_missing',
    prints: 'fatal: Remote branch v9.9.9 not found in upstream origin',
    when: [
      { says: /\bRemote branch [^\n]{1,200} not found in upstream\b/ },
      { says: /\bpathspec '[^'\n]{1,300}' did not match any file\(s\) known to git/ },
      { says: /\b[Cc]ouldn't find remote ref / },
    ],
    cause: 'The repository has no branch, tag or commit of this name.',
    advice: 'Correct the revision: what follows `@` in `pip_url`, or `revision` in `packages.yml`.',
  },
  {
    code: 'git_interrupted',
    prints: 'error: RPC failed; curl 56 Failure when receiving data from the peer',
    when: [
      {
        says: /\b(?:error|fatal): ?RPC failed; (?:curl (?:16|18|28|35|52|55|56|92)|result=(?:18|56)|HTTP 5\d\d)\b/,
      },
      { says: /\bfatal: (?:early EOF|fetch-pack: )/ },
    ],
    cause: 'The connection to the git server broke during the download.',
    advice: 'Deploy again. If it happens each time, install a released package instead of a git repository.',
    transient: 'the connection to the git server broke',
  },
];
